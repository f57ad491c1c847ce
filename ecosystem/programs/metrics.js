'use strict';
// hot-shots (StatsD) and syslog-client over UDP and TCP, to receivers of this program.

const dgram = require('node:dgram');
const { once } = require('node:events');
const net = require('node:net');
const { StatsD } = require('hot-shots');
const syslog = require('syslog-client');

/** A burst that fits the receive buffer: what does not is lost (udp(7)). */
const COUNT = 100;

/** Collects lines until `count` have come. */
function collector(count) {
  const lines = [];
  let finish;
  const all = new Promise((resolve) => (finish = resolve));
  const add = (text) => {
    for (const line of String(text).split('\n').filter(Boolean))
      if (lines.push(line) === count) finish(lines);
  };
  return { add, all };
}

async function udpReceiver(count) {
  const { add, all } = collector(count);
  const socket = dgram.createSocket('udp4', add);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, all, close: () => socket.close() };
}

async function tcpReceiver(count) {
  const { add, all } = collector(count);
  let rest = '';
  const server = net.createServer((socket) => {
    socket.on('data', (data) => {
      const lines = `${rest}${data}`.split('\n');
      rest = lines.pop();
      lines.forEach(add);
    });
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, all, close: () => server.close() };
}

const close = (client) => new Promise((resolve) => client.close(resolve));

async function statsd(protocol, see) {
  const receiver = await (protocol === 'udp' ? udpReceiver : tcpReceiver)(2 * COUNT);
  const options = { host: '127.0.0.1', port: receiver.port, protocol, prefix: 'app.' };
  const client = new StatsD({ ...options, maxBufferSize: protocol === 'udp' ? 0 : 500 });
  for (let index = 0; index < COUNT; index++) {
    client.increment('requests', index, { route: 'home' });
    client.timing('latency', index);
  }
  see(protocol, await receiver.all);
  await close(client);
  receiver.close();
}

async function logs(transport, see) {
  const receiver = await (transport === syslog.Transport.Udp ? udpReceiver : tcpReceiver)(COUNT);
  const client = syslog.createClient('127.0.0.1', {
    port: receiver.port,
    transport,
    syslogHostname: 'here',
    appName: 'test',
    rfc3164: false,
  });
  for (let index = 0; index < COUNT; index++)
    client.log(`line ${index}`, { severity: syslog.Severity.Notice });
  const lines = await receiver.all;
  see(
    'syslog',
    lines.map((line) => line.replace(/^(<\d+>1) \S+ (.*) \d+ (- - line)/, '$1 $2 $3')),
  );
  const closed = once(client, 'close');
  client.close();
  await closed;
  receiver.close();
}

exports.run = async ({ see }) => {
  await statsd('udp', see);
  await statsd('tcp', see);
  await logs(syslog.Transport.Udp, see);
  await logs(syslog.Transport.Tcp, see);
};
