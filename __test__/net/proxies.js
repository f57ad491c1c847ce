'use strict';
// A proxy for the tests of the relay, all in one program: client <-> near, far <-> origin. Near and far are the proxy's.

const { createHash } = require('node:crypto');
const path = require('node:path');
const { relayedBytes } = require('../../lib/net/relay.js');
const { closed, gone, listening, next, pair, withFolder } = require('./pairs.js');

/** A connected pair on TCP, or on a unix socket in `folder`. */
async function connection(net, options, folder, name) {
  const where = folder ? [path.join(folder, name)] : [];
  const made = await pair(net, { serverOptions: options, clientOptions: options, where });
  made.server.close();
  return made;
}

/**
 * Gives `use` the four sockets of a proxy that copies nothing yet, and leaves nothing of it behind.
 * `unix` names the sides ('near', 'far') that are unix sockets; other options are those of all four sockets.
 */
async function withProxy(net, { unix = [], ...options }, use) {
  await withFolder(async (folder) => {
    const on = (side) => (unix.includes(side) ? folder : undefined);
    const inner = await connection(net, options, on('near'), 'near');
    const outer = await connection(net, options, on('far'), 'far');
    const sockets = { client: inner.client, near: inner.peer, far: outer.client, origin: outer.peer };
    try {
      await use(sockets);
    } finally {
      for (const socket of Object.values(sockets)) socket.on('error', () => {});
      for (const socket of Object.values(sockets)) await gone(socket);
    }
  });
}

/** Pipes both ways, as a proxy does. */
function pipeBoth(near, far) {
  near.pipe(far);
  far.pipe(near);
}

/** Bytes that can be told apart by their place: a repeated block would hide a lost one. */
function pattern(length, seed = 1) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}

const hashOf = (...chunks) => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

/** Counts and hashes what a socket says; `done` resolves when `length` bytes have come. */
function collect(socket, length) {
  const hash = createHash('sha256');
  const seen = { bytes: 0, hash: () => hash.copy().digest('hex') };
  seen.done = new Promise((resolve) => {
    socket.on('data', (chunk) => {
      hash.update(chunk);
      seen.bytes += chunk.length;
      if (seen.bytes >= length) resolve();
    });
  });
  return seen;
}

/** Resolves when the socket has read that many bytes. */
async function hasRead(socket, bytes) {
  while (socket.bytesRead < bytes && !socket.destroyed) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs `act` and fails unless, on ferronet, bytes were relayed meanwhile. */
async function relays(t, name, act) {
  const before = relayedBytes();
  await act();
  if (name === 'ferronet') t.true(relayedBytes() > before, 'nothing was relayed');
}

module.exports = { closed, collect, hasRead, hashOf, listening, next, pattern, pipeBoth, relays, withProxy };
