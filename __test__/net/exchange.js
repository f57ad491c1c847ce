'use strict';
// Random chunks both ways over one connection, with pauses, and the hashes of what was sent and received.

const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { generator } = require('../helpers/generator.js');

/** Writes `bytes` bytes in chunks of random size, then ends. Resolves with their hash. */
async function send(socket, next, bytes) {
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; ) {
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

/** Sends `bytes` and receives to the end, at once. Resolves with { sent, received: { hash, count } }. */
async function both(socket, seed, bytes) {
  const { below: next } = generator(seed);
  const [sent, received] = await Promise.all([send(socket, next, bytes), receive(socket, next)]);
  return { sent, received };
}

module.exports = { both };
