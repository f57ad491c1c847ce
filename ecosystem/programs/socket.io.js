'use strict';
// socket.io and its client: polling, an upgrade to WebSocket, rooms, acknowledgements, binary.

const { once } = require('node:events');
const http = require('node:http');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');

async function conversation(url, options, see) {
  const clients = ['one', 'two'].map((name) => io(url, { ...options, auth: { name }, forceNew: true }));
  await Promise.all(clients.map((client) => new Promise((resolve) => client.on('connect', resolve))));
  const [one, two] = clients;
  see('answer', await one.emitWithAck('double', 21));
  const binary = await one.emitWithAck('echo', { bytes: Buffer.alloc(500_000, 7) });
  see('binary', Buffer.isBuffer(binary.bytes), binary.bytes.length, binary.bytes[499_999]);
  const heard = Promise.all(clients.map((client) => new Promise((resolve) => client.on('said', resolve))));
  one.emit('say', 'hello');
  see('said', await heard);
  const many = await Promise.all(Array.from({ length: 200 }, (_, index) => two.emitWithAck('double', index)));
  see('many', many);
  const gone = new Promise((resolve) => two.on('disconnect', resolve));
  two.emit('leave');
  see('disconnected', await gone);
  one.disconnect();
  two.disconnect();
}

exports.run = async ({ see }) => {
  const server = http.createServer();
  const sockets = new Server(server);
  sockets.on('connection', (socket) => {
    socket.on('double', (value, done) => done(2 * value));
    socket.on('echo', (value, done) => done(value));
    socket.on('say', (text) => sockets.emit('said', `${socket.handshake.auth.name}: ${text}`));
    socket.on('leave', () => socket.disconnect(true));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    await conversation(url, { transports }, see);
  }
  const closed = once(server, 'close');
  await sockets.close();
  await closed;
};
