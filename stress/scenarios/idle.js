'use strict';
// Connections that say nothing: what each of them takes of a server's memory.

const fs = require('node:fs');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { closed, listening, target } = require('../../__test__/net/pairs.js');

/** So many come at a time. All wait in the backlog at once if they must: one that overflows drops them. */
const PART = 1000;
const BACKLOG = 4096;

/** Parts before the first sample, in which V8's heap grows by megabytes now and then; each later one is a sample. */
const WARM = 4;
const SAMPLES = 9;

/**
 * Bytes per connection above the built-in's that pass: none is the goal, and measured within 131 (docs/reliability.md). Memory
 * comes in pages, which moves the median of a run by as much, up for one and down for the other.
 */
const MARGIN = 256;

/** Resident bytes, without what a garbage collection gives back. */
async function resident() {
  for (let i = 0; i < 3; i++) {
    await sleep(10);
    globalThis.gc();
  }
  return process.memoryUsage.rss();
}

const memory = {
  async program({ net, startPeer }) {
    const sockets = [];
    const server = net.createServer((socket) => sockets.push(socket.on('data', () => {})));
    await listening(server, { port: 0, host: '127.0.0.1', backlog: BACKLOG });
    const sizes = [];
    for (let i = 1; i <= WARM + SAMPLES; i++) {
      startPeer('holder', target(server));
      while (sockets.length < i * PART) await sleep(1);
      sizes.push(await resident());
    }
    // No port is left in TIME_WAIT.
    for (const socket of sockets) socket.on('error', () => {}).resetAndDestroy();
    await closed(server);
    const samples = sizes.slice(WARM).map((size, i) => (size - sizes[WARM - 1 + i]) / PART);
    const each = samples.sort((a, b) => a - b)[SAMPLES >> 1];
    return { connections: sockets.length, each: Math.round(each) };
  },
  peers: {
    async holder(to, ready, ended) {
      ready();
      for (let i = 0; i < PART; i++) net.connect(to).on('error', () => {});
      await ended;
    },
  },
  flags: ['--expose-gc'],
  attempts: 3,
  missing() {
    const [, hard] =
      fs.readFileSync('/proc/self/limits', 'utf8').match(/^Max open files\s+\S+\s+(\d+)/m) ?? [];
    return Number(hard) < (WARM + SAMPLES + 1) * PART
      ? `needs ${(WARM + SAMPLES + 1) * PART} descriptors`
      : undefined;
  },
  figure: ({ report }) => `${report.connections} connections, ${report.each} B each`,
  judge(expect, { ours, builtin }) {
    expect.equal('connections', ours.report.connections, builtin.report.connections);
    expect.atMost('bytes of memory per connection', ours.report.each, builtin.report.each + MARGIN);
  },
  faults: ['keeps memory per connection'],
};

module.exports = { 'memory of a connection': memory };
