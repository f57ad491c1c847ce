'use strict';
// Nobody reads, or JavaScript computes: memory stays bounded, nothing is read or accepted ahead, all goes on after.

const { once } = require('node:events');
const builtin = { net: require('node:net'), dgram: require('node:dgram') };
const { setTimeout: sleep } = require('node:timers/promises');
const { gone, listening, next, target } = require('../../__test__/net/pairs.js');
const { floodTcp, floodUdp } = require('../floods.js');

const MIB = 1 << 20;
/** What a run may grow by while nobody reads. */
const GROWTH = 16 * MIB;
const BLOCKED_MS = 3000;

const mib = (bytes) => `${Math.round((bytes / MIB) * 10) / 10} MiB`;
const block = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);

const EACH = 16 * MIB;

const pausedReader = {
  async program({ net, mark, startPeer, times }) {
    const count = times(40, 4);
    const sockets = [];
    const server = await listening(net.createServer());
    const all = new Promise((resolve) =>
      server.on('connection', (socket) => {
        socket.on('data', () => {});
        socket.once('data', () => {
          socket.pause();
          if (sockets.push(socket) === count) resolve();
        });
      }),
    );
    startPeer('writers', { ...target(server), count, bytes: EACH });
    await all;
    mark('paused');
    await sleep(1000);
    const ahead = Math.max(...sockets.map((socket) => socket.readableLength));
    mark('resumed');
    const ends = sockets.map((socket) => next(socket.resume(), 'end'));
    await Promise.all(ends);
    server.close();
    return { ahead, arrived: sockets.map((socket) => socket.bytesRead) };
  },
  peers: {
    async writers({ count, bytes, ...to }, ready) {
      ready();
      const chunk = Buffer.alloc(MIB);
      const write = async () => {
        const socket = builtin.net.connect(to);
        for (let left = bytes; left > 0; left -= chunk.length)
          if (!socket.write(chunk)) await once(socket, 'drain');
        socket.end();
        await next(socket.resume(), 'close');
      };
      await Promise.all(Array.from({ length: count }, write));
    },
  },
  figure: (run) => `+${mib(run.phase('paused').growth)}, ${run.report.ahead} bytes read ahead`,
  judge(expect, { ours, builtin: theirs }) {
    expect.atMost('growth', ours.phase('paused').growth, GROWTH);
    expect.atMost('bytes read ahead', ours.report.ahead, Math.max(theirs.report.ahead, 2 * 65_536));
    expect.that(
      ours.report.arrived.every((bytes) => bytes === EACH),
      `arrived: ${ours.report.arrived}`,
    );
  },
  faults: ['reads on when paused', 'grows'],
};

const farAhead = {
  async program({ net, mark, startPeer, times }) {
    const chunk = Buffer.alloc(64 * 1024, 7);
    const count = times(5000, 400);
    const server = await listening(net.createServer());
    const connection = next(server, 'connection');
    startPeer('late reader', target(server));
    const [socket] = await connection;
    let refused = 0;
    const seen = { written: 0, drains: 0 };
    socket.on('drain', () => seen.drains++);
    mark('writing');
    const queued = [];
    for (let i = 0; i < count; i++) {
      let done;
      queued.push(new Promise((resolve) => (done = resolve)));
      const goesOn = socket.write(chunk, (error) => {
        if (!error) seen.written++;
        done();
      });
      if (!goesOn) refused++;
    }
    await sleep(500);
    const before = seen.written;
    socket.write('go');
    await Promise.all(queued);
    mark('written');
    const end = next(socket.resume(), 'close');
    socket.end();
    await end;
    server.close();
    const { bytesWritten, writableLength } = socket;
    return { ...seen, ahead: before < count && refused > 0, bytesWritten, writableLength, count };
  },
  peers: {
    async 'late reader'(to, ready) {
      const socket = builtin.net.connect(to);
      await once(socket, 'connect');
      ready();
      await sleep(1000);
      await next(socket.resume(), 'close');
      return { bytes: socket.bytesRead };
    },
  },
  figure: (run) => `+${mib(run.phase('writing').growth)} for ${mib(run.report.bytesWritten)}`,
  judge(expect, { ours, builtin: theirs }) {
    expect.equal('callbacks, drains and bytes', ours.report, theirs.report);
    expect.that(ours.report.ahead, 'the writer was never ahead');
    expect.equal('bytes that arrived', ours.peers['late reader']?.bytes, ours.report.bytesWritten);
    expect.atMost('growth', ours.phase('writing').growth, theirs.phase('writing').growth + GROWTH);
  },
  faults: ['drops write callbacks', 'never drains'],
};

const neverReads = {
  async program({ net, mark, startPeer }) {
    const server = await listening(net.createServer());
    const connection = next(server, 'connection');
    startPeer('dead reader', { ...target(server), wait: 1000 });
    const [socket] = await connection;
    const chunk = Buffer.alloc(64 * 1024);
    mark('writing');
    let bytes = 0;
    const fill = () => {
      do bytes += chunk.length;
      while (socket.write(chunk) && bytes < 256 * MIB);
    };
    socket.on('drain', fill);
    const error = next(socket, 'error');
    const close = next(socket, 'close');
    fill();
    await sleep(500);
    const { writableLength } = socket;
    mark('waited');
    const [{ code }] = await error;
    const [hadError] = await close;
    server.close();
    return { code, hadError, writableLength, bytes: bytes < 256 * MIB };
  },
  peers: {
    async 'dead reader'({ wait, ...to }, ready) {
      const socket = builtin.net.connect(to);
      await once(socket, 'connect');
      ready();
      await sleep(wait);
      socket.resetAndDestroy();
      await next(socket, 'close');
    },
  },
  figure: (run) => `+${mib(run.phase('writing').growth)}, ${run.report.writableLength} bytes wait`,
  judge(expect, { ours, builtin: theirs }) {
    expect.equal('what was seen', ours.report, theirs.report);
    expect.atMost('growth', ours.phase('writing').growth, GROWTH);
  },
  faults: ['never says stop', 'grows'],
};

const blockedFigure = (run) =>
  `+${mib(run.phase('blocked').growth)} blocked, +${mib(run.phase('awake').growth)} awake`;

function judgeBlocked(expect, { ours, builtin: theirs }) {
  const { first, peak } = ours.phase('blocked');
  expect.atMost('growth while blocked', ours.phase('blocked').growth, GROWTH);
  const after = Math.max(GROWTH, 1.5 * theirs.phase('awake').growth);
  expect.atMost('growth afterwards', ours.phase('awake').growth, after);
  expect.equal('descriptors opened while blocked', peak.descriptors - first.descriptors, 0);
  expect.that(ours.report.goesOn, 'nothing arrives any more');
}

/** JavaScript is blocked for a while, then waits for as much as came before. */
async function blockAndGoOn({ mark }, count) {
  await sleep(500);
  const before = count();
  mark('blocked');
  block();
  mark('awake');
  const wanted = count() + before;
  const limit = performance.now() + 10_000;
  while (count() < wanted && performance.now() < limit) await sleep(10);
  mark('done');
  return before > 0 && count() >= wanted;
}

const blockedTcp = {
  async program(context) {
    let [bytes, connections] = [0, 0];
    const sockets = new Set();
    const server = await listening(
      context.net.createServer((socket) => {
        connections++;
        sockets.add(socket);
        socket.on('error', () => {}).on('data', (data) => (bytes += data.length));
      }),
    );
    context.startPeer('flood', { ...target(server), count: 50, newcomers: 20 });
    const goesOn = await blockAndGoOn(context, () => bytes);
    while (connections < 70) await sleep(10);
    await Promise.all([...sockets].map(gone));
    server.close();
    return { goesOn, connections };
  },
  peers: { flood: floodTcp },
  figure: blockedFigure,
  judge(expect, runs) {
    judgeBlocked(expect, runs);
    expect.equal('connections in the end', runs.ours.report.connections, 70);
  },
  // When V8 collects what was read depends on how busy the machine is: growths of the built-in reach 56 MiB.
  attempts: 3,
  faults: ['grows', 'hears nothing after a while'],
};

const blockedUdp = {
  async program(context) {
    let messages = 0;
    const socket = context.dgram.createSocket('udp4').on('message', () => messages++);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    context.startPeer('flood', { port: socket.address().port, size: 1200 });
    const goesOn = await blockAndGoOn(context, () => messages);
    socket.close();
    return { goesOn };
  },
  peers: { flood: floodUdp },
  figure: blockedFigure,
  judge: judgeBlocked,
  faults: ['grows', 'hears nothing after a while'],
};

module.exports = {
  'a paused reader': pausedReader,
  'a writer far ahead': farAhead,
  'a reader that never reads': neverReads,
  'JavaScript blocked for 3 s under TCP load': blockedTcp,
  'JavaScript blocked for 3 s under a UDP flood': blockedUdp,
};
