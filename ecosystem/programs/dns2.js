'use strict';
// dns2, server and client over UDP and TCP, and Node's resolver as its client.

const { once } = require('node:events');
const { Resolver } = require('node:dns').promises;
const DNS = require('dns2');

const { Packet, TCPClient, UDPClient } = DNS;

function handle(request, send) {
  const response = Packet.createResponseFromRequest(request);
  const [{ name }] = request.questions;
  const common = { name, class: Packet.CLASS.IN, ttl: 300 };
  if (name.startsWith('many')) {
    for (let last = 1; last < 200; last++) {
      response.answers.push({ ...common, type: Packet.TYPE.A, address: `192.0.2.${last}` });
    }
  } else {
    response.answers.push({ ...common, type: Packet.TYPE.A, address: '192.0.2.7' });
  }
  send(response);
}

const addresses = ({ answers }) => answers.map(({ address }) => address);

exports.run = async ({ see }) => {
  const server = DNS.createServer({ udp: true, tcp: true, handle });
  const bound = await server.listen({
    udp: { port: 0, address: '127.0.0.1', type: 'udp4' },
    tcp: { port: 0, address: '127.0.0.1' },
  });
  const overUdp = UDPClient({ dns: '127.0.0.1', port: bound.udp.port });
  const overTcp = TCPClient({ dns: '127.0.0.1', port: bound.tcp.port });
  see('udp', addresses(await overUdp('one.example')));
  see('tcp', addresses(await overTcp('one.example')));
  see('many over tcp', addresses(await overTcp('many.example')).length);
  const names = Array.from({ length: 50 }, (_, index) => `name${index}.example`);
  see('parallel', (await Promise.all(names.map((name) => overUdp(name)))).map(addresses));
  see('parallel', (await Promise.all(names.map((name) => overTcp(name)))).map(addresses));
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${bound.udp.port}`]);
  see('the resolver', await resolver.resolve4('one.example'));
  const closed = once(server, 'close');
  await server.close();
  await closed;
};
