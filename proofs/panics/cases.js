'use strict';
// What a panic in each kind of work comes to. `run(arm)` makes the sockets, calls `arm` just before the work, and answers
//   { victims }   the sockets that it costs: 'error' with EIO, then 'close'
//   { victims, events }   where the built-in's failure of that kind has other events
//   'everybody'   the driver is gone: all sockets of the environment fail, and new ones work
//   'nobody'      nothing that a program could see
// `waiters` where it is not both; `alone`: no other sockets live meanwhile.

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const binding = require('../../lib/binding.js');
const { kState } = require('../../lib/dgram/state.js');
const { Transfer } = require('../../lib/handles/transfer.js');
const { isPending, relayedBytes } = require('../../lib/net/relay.js');
const { kWriting } = require('../../lib/net/socket-state.js');
const { closed, connect, dgram, listening, net, pair, udp, watched } = require('./sockets.js');

const BULK = Buffer.alloc(16 << 20, 'bulk');

/** The panic has come. */
async function hit() {
  while (binding.armedPanic() !== '') await sleep(1);
}

/** `near` is piped into `far`, and what it gets is being relayed; `stuck`: `far` has no room for more. */
async function relay({ stuck = false } = {}) {
  const incoming = await pair({ pauseOnConnect: true });
  const outgoing = await pair({ pauseOnConnect: stuck });
  const [near, far] = [incoming.peer, outgoing.client.pause()];
  near.pipe(far);
  const feed = (error) => error || incoming.client.write(BULK, feed);
  feed();
  while (relayedBytes() === 0 || (stuck && !(far[kWriting]?.data instanceof Transfer))) await sleep(1);
  return { near, far };
}

/** So many connections that JavaScript takes the driver over when they talk, and gives it back in each pause. */
async function crowd() {
  const server = await listening({}, (socket) => socket.on('data', (data) => socket.write(data)));
  const clients = Array.from({ length: 16 }, () => connect(server));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  for (const client of clients) client.on('data', ([left]) => left > 0 && client.write(Buffer.of(left - 1)));
  return async () => {
    while (binding.armedPanic() !== '') {
      for (const client of clients) client.write(Buffer.of(50));
      await sleep(10);
    }
  };
}

const streams = {
  async read(arm) {
    const { client, peer } = await pair();
    arm('read');
    peer.write('x');
    return { victims: [client] };
  },
  async write(arm) {
    const { client } = await pair();
    arm('write');
    client.write('x');
    return { victims: [client] };
  },
  async 'write, when there is room again'(arm) {
    const { client, peer } = await pair({ pauseOnConnect: true });
    client.write(BULK);
    await sleep(10);
    arm('write');
    peer.resume();
    return { victims: [client] };
  },
  async end(arm) {
    const { client } = await pair();
    arm('shutdown');
    client.end();
    return { victims: [client] };
  },
  async reset(arm) {
    const { client } = await pair();
    arm('reset');
    client.resetAndDestroy();
    return { victims: [client] };
  },
  async 'begin to read'(arm) {
    const server = await listening({ pauseOnConnect: true });
    arm('arm read');
    return { victims: [connect(server)] };
  },
  async 'begin to connect'(arm) {
    const server = await listening();
    arm('start connect');
    return { victims: [connect(server)] };
  },
  async 'have connected'(arm) {
    const server = await listening();
    arm('finish connect');
    return { victims: [connect(server)] };
  },
  async close(arm) {
    const { client, peer } = await pair();
    arm('close');
    client.destroy();
    await Promise.all([client, peer].map(closed));
    return 'nobody';
  },
};

const servers = {
  async listen(arm) {
    arm('listen');
    const server = watched(net.createServer()).listen(0, '127.0.0.1');
    return { victims: [server], events: ['error EIO'] };
  },
  async accept(arm) {
    const server = await listening();
    arm('accept');
    await closed(connect(server));
    return { victims: [server] };
  },
};

const datagrams = {
  async bind(arm) {
    arm('UDP bind');
    const socket = watched(dgram.createSocket('udp4')).bind(0);
    return { victims: [socket], events: ['error EIO'] };
  },
  async 'begin to receive'(arm) {
    arm('UDP arm');
    return { victims: [watched(dgram.createSocket('udp4')).bind(0)] };
  },
  async receive(arm) {
    const [from, to] = [await udp(), await udp()];
    arm('UDP receive');
    from.send('x', to.address().port, '127.0.0.1');
    return { victims: [to] };
  },
  async send(arm) {
    const socket = await udp();
    arm('UDP send');
    const error = await new Promise((resolve) => socket.send('x', 9, '127.0.0.1', resolve));
    if (error?.code !== 'EIO') throw error;
    return { victims: [socket] };
  },
  async 'send, when there is room again'(arm) {
    const socket = await udp();
    arm('UDP resume');
    // Room is hard to run out of on loopback; the reactor would call this.
    socket[kState].handle.onready(2);
    return { victims: [socket] };
  },
};

const relays = {
  async fill(arm) {
    const { near } = await relay();
    arm('relay fill');
    return { victims: [near] };
  },
  async drain(arm) {
    const { far } = await relay();
    arm('relay drain');
    return { victims: [far] };
  },
  async copy(arm) {
    const { near, far } = await relay();
    arm('relay copy');
    // Somebody looks at what was read already: this is called between a read and its delivery.
    const { emit } = near;
    near._unrefTimer = () => {
      if (isPending()) near.emit = (...args) => emit.apply(near, args);
    };
    return { victims: [near, far] };
  },
  async 'give back'(arm) {
    const { near, far } = await relay({ stuck: true });
    arm('relay close');
    near.destroy();
    far.destroy();
    return 'nobody';
  },
};

const reactor = {
  async 'a waker'(arm) {
    const { peer } = await pair();
    arm('waker');
    peer.write('x');
    return 'everybody';
  },
  'the follower': {
    waiters: ['follower'],
    async run(arm) {
      const { peer } = await pair();
      arm('follower');
      peer.write('x');
      return 'everybody';
    },
  },
  'the follower, lending the driver': {
    waiters: ['follower'],
    async run(arm) {
      const talk = await crowd();
      arm('lend');
      await talk();
      return 'everybody';
    },
  },
  async "JavaScript's turn of the driver"(arm) {
    const talk = await crowd();
    arm('turn');
    await talk();
    return 'everybody';
  },
  async collect(arm) {
    const { peer } = await pair();
    arm('collect');
    peer.write('x');
    return 'everybody';
  },
  async 'the end of a turn'(arm) {
    const { peer } = await pair();
    arm('rest');
    peer.write('x');
    return 'nobody';
  },
  async 'work made outside of turns'(arm) {
    const { client, peer } = await pair();
    arm('needs turn');
    client.pause();
    await sleep(1);
    peer.write('x');
    client.resume();
    connect({ address: () => peer.address() });
    return 'nobody';
  },
};

const outside = {
  "libuv's call": {
    waiters: ['nested'],
    async run(arm) {
      const { peer } = await pair();
      arm('loop wake');
      peer.write('x');
      return 'nobody';
    },
  },
  "libuv's letting go": {
    waiters: ['nested'],
    alone: true,
    async run(arm) {
      const { server, client } = await pair();
      arm('loop closed');
      client.destroy();
      server.close();
      return 'nobody';
    },
  },
  'the end of the reactor': {
    alone: true,
    async run(arm) {
      const { server, client } = await pair();
      arm('stop');
      client.destroy();
      server.close();
      return 'nobody';
    },
  },
  'the end of an environment': async (arm) => worker(arm, 'stop'),
  "a finalizer of an environment's streams": async (arm) => worker(arm, 'streams finalizer'),
  async 'a finalizer of a server'(arm) {
    arm('server finalizer');
    await collected(() => new net.Server().listen(0));
    return 'nobody';
  },
  async 'a finalizer of a UDP socket'(arm) {
    arm('UDP finalizer');
    await collected(() => dgram.createSocket('udp4'));
    return 'nobody';
  },
};

/** A thread that is in the middle of a conversation when it ends. */
async function worker(arm, point) {
  const program = `
    const { net } = require(${JSON.stringify(require.resolve('../../index.js'))});
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, () => {
      const client = net.connect(server.address().port).on('data', (data) => client.write(data));
      client.write('x');
      client.once('data', () => require('node:worker_threads').parentPort.postMessage('ready'));
    });`;
  const thread = new Worker(program, { eval: true });
  await once(thread, 'message');
  arm(point);
  await thread.terminate();
  return 'nobody';
}

/** The garbage collector has taken what `make` made and closed. */
async function collected(make) {
  await new Promise((resolve) => make().close(resolve));
  while (binding.armedPanic() !== '') {
    globalThis.gc();
    await sleep(1);
  }
}

const groups = { stream: streams, server: servers, UDP: datagrams, relay: relays, reactor, outside };

/** By name: { run, waiters, alone }. */
const cases = {};
for (const [group, members] of Object.entries(groups)) {
  for (const [name, one] of Object.entries(members)) {
    const given = typeof one === 'function' ? { run: one } : one;
    cases[`${group}: ${name}`] = { waiters: ['nested', 'follower'], alone: false, ...given };
  }
}

module.exports = { cases, hit };
