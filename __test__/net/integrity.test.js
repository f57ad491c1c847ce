'use strict';
// Many connections at once, random chunks both ways, pauses and half-closes: what arrives is what was sent.

const test = require('ava');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { net } = require('../../index.js');

const CONNECTIONS = 200;
const BYTES = 256 * 1024;

/** A small seeded generator (xorshift32), so that a failure can be run again. */
function random(seed) {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Writes `BYTES` random bytes in chunks of random size, then ends. Resolves with their hash. */
async function send(socket, next) {
  const hash = createHash('sha256');
  for (let left = BYTES; left > 0; ) {
    const chunk = Buffer.alloc(Math.min(left, 1 + next(40_000)), next(256));
    hash.update(chunk);
    left -= chunk.length;
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.end();
  return hash.digest('hex');
}

/** Reads to the end with a pause now and then. Resolves with the hash and the count. */
async function receive(socket, next) {
  const hash = createHash('sha256');
  let count = 0;
  socket.on('data', (chunk) => {
    hash.update(chunk);
    count += chunk.length;
    if (next(8) > 0) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  await once(socket, 'end');
  return { hash: hash.digest('hex'), count };
}

async function both(socket, seed) {
  const next = random(seed);
  const [sent, received] = await Promise.all([send(socket, next), receive(socket, next)]);
  return { sent, received };
}

test('200 connections carry random chunks both ways unharmed', async (t) => {
  t.timeout(60_000);
  const atServer = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const port = socket.remotePort;
    atServer.push(both(socket, atServer.length + 1000).then((result) => ({ ...result, port })));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, i) => {
      const socket = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      const port = socket.localPort;
      return { ...(await both(socket, i + 1)), port };
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
