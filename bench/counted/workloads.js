'use strict';
// A fixed amount of work, for counters that noise cannot touch: <implementation> <workload> <count>
// Both ends are in this one process and of the implementation, so that nothing depends on another's speed.

const { once } = require('node:events');

const [implementation, workload, count] = process.argv.slice(2);
const { net, dgram } =
  implementation === 'ferronet'
    ? require('../..')
    : { net: require('node:net'), dgram: require('node:dgram') };

const message = Buffer.alloc(64, 'x');
const block = Buffer.alloc(65536, 'x');
const BURST = 32;

async function listen(onConnection) {
  const server = net.createServer({ noDelay: true }, onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: server.address().port };
}

/** `total` messages that are echoed, one in flight on each connection. */
async function echo(total, connections) {
  const { server, port } = await listen((socket) => socket.on('data', (data) => socket.write(data)));
  let left = total;
  const clients = [];
  for (let i = 0; i < connections; i++) {
    const client = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(client, 'connect');
    clients.push(client);
  }
  const answered = clients.map((client) => {
    client.on('data', () => {
      if (left-- > 0) client.write(message);
      else client.end();
    });
    client.write(message);
    return once(client, 'close');
  });
  await Promise.all(answered);
  server.close();
}

/** `total` blocks of 64 KiB from one end to the other. */
async function stream(total) {
  const { server, port } = await listen((socket) => socket.on('data', () => {}));
  const client = net.connect(port, '127.0.0.1').resume();
  let left = total;
  const fill = () => {
    while (left-- > 0) if (!client.write(block)) return;
    client.end();
  };
  client.on('drain', fill);
  fill();
  await once(client, 'close');
  server.close();
}

/** `total` connections, one after the other, ended by the client. */
async function accept(total) {
  const { server, port } = await listen((socket) => socket.resume());
  for (let i = 0; i < total; i++) {
    const client = net.connect(port, '127.0.0.1').resume();
    client.end();
    await once(client, 'close');
  }
  server.close();
}

/** `total` requests, one after the other on one connection. Node's own http reaches ferronet by register. */
async function requests(total) {
  if (implementation === 'ferronet') require('../../lib/register.js');
  const http = require('node:http');
  const server = http.createServer((_request, response) => response.end('Hello World\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address();
  for (let i = 0; i < total; i++) {
    const [response] = await once(http.get({ port, host: '127.0.0.1', agent }), 'response');
    await once(response.resume(), 'end');
  }
  agent.destroy();
  server.close();
}

/** `total` datagrams in bursts, to a port where nobody listens: nothing comes back to an unconnected socket. */
async function send(total) {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  for (let sent = 0; sent < total; sent += BURST) {
    await new Promise((resolve) => {
      for (let i = 1; i < BURST; i++) socket.send(message, 9, '127.0.0.1', () => {});
      socket.send(message, 9, '127.0.0.1', resolve);
    });
  }
  socket.close();
}

/** `total` datagrams in bursts, sent and received. */
async function burst(total) {
  const receiver = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const sender = dgram.createSocket('udp4');
  const { port } = receiver.address();
  for (let sent = 0; sent < total; sent += BURST) {
    let left = BURST;
    await new Promise((resolve) => {
      receiver.removeAllListeners('message').on('message', () => {
        if (--left === 0) resolve();
      });
      for (let i = 0; i < BURST; i++) sender.send(message, port, '127.0.0.1');
    });
  }
  receiver.close();
  sender.close();
}

/** `total` datagrams that are echoed, one at a time. */
async function pingPong(total) {
  const server = dgram.createSocket('udp4', (data, { port, address }) => server.send(data, port, address));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const client = dgram.createSocket('udp4');
  let left = total;
  await new Promise((resolve) => {
    client.on('message', () => {
      if (left-- > 0) client.send(message, port, '127.0.0.1');
      else resolve();
    });
    client.send(message, port, '127.0.0.1');
  });
  server.close();
  client.close();
}

const workloads = {
  'tcp-echo': (total) => echo(total, 1),
  'tcp-echo-50': (total) => echo(total, 50),
  'tcp-stream': stream,
  'tcp-accept': accept,
  http: requests,
  'udp-send': send,
  'udp-burst': burst,
  'udp-ping-pong': pingPong,
};

workloads[workload](Number(count));
