'use strict';
// Many connections at once, random chunks both ways, pauses and half-closes: what arrives is what was sent.

const test = require('ava');
const { once } = require('node:events');
const { net } = require('../../index.js');
const { both } = require('./exchange.js');

const CONNECTIONS = 200;
const BYTES = 256 * 1024;

test('200 connections carry random chunks both ways unharmed', async (t) => {
  t.timeout(60_000);
  const atServer = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const port = socket.remotePort;
    atServer.push(both(socket, atServer.length + 1000, BYTES).then((result) => ({ ...result, port })));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, i) => {
      const socket = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      const port = socket.localPort;
      return { ...(await both(socket, i + 1, BYTES)), port };
    }),
  );
  server.close();
  const peers = new Map((await Promise.all(atServer)).map((result) => [result.port, result]));
  t.is(peers.size, CONNECTIONS);
  for (const { sent, received, port } of clients) {
    const peer = peers.get(port);
    t.deepEqual([received.hash, received.count], [peer.sent, BYTES]);
    t.deepEqual([peer.received.hash, peer.received.count], [sent, BYTES]);
  }
});
