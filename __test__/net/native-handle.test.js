'use strict';
// Handles that Node made, given to net and dgram: the same program on both, the handles always Node's own.

const fs = require('node:fs');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const test = require('ava');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');
const { builtin, ours } = require('../helpers/implementations.js');

let paths = 0;
const newPath = () => path.join(os.tmpdir(), `ferronet-native-${process.pid}-${++paths}.sock`);

const places = { TCP: () => ({ port: 0, host: '127.0.0.1' }), unix: () => ({ path: newPath() }) };

const listening = (server, where) => new Promise((resolve) => server.listen(where, resolve));

const whereOf = (server) => {
  const address = server.address();
  return typeof address === 'string' ? { path: address } : { port: address.port, host: '127.0.0.1' };
};

/** A native handle of a connection, and the built-in socket at its other end. */
async function connection(where) {
  const server = builtin.net.createServer();
  await listening(server, where);
  const accepted = new Promise((resolve) => {
    server._handle.onconnection = (_status, handle) => resolve(handle);
  });
  const peer = builtin.net.connect(whereOf(server));
  peer.on('error', () => {});
  await once(peer, 'connect');
  const handle = await accepted;
  server.close();
  return { handle, peer };
}

/** The UDP handle of a bound built-in socket; the socket is left to the garbage collector. */
async function udpHandle() {
  const socket = builtin.dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const inside = Object.getOwnPropertySymbols(socket).map((symbol) => socket[symbol]);
  return inside.find((value) => value?.handle).handle;
}

const ends = ['end', 'finish', 'error', 'close'];

for (const [kind, place] of Object.entries(places)) {
  test(`${kind}: a conversation over a connection's handle`, async (t) => {
    const seen = await compare(t, async ({ net }, see) => {
      const { handle, peer } = await connection(place());
      const socket = new net.Socket({ handle, allowHalfOpen: true });
      see(socket instanceof net.Socket, socket.readyState, socket.pending, socket.connecting);
      see(socket.remoteAddress, socket.remoteFamily, socket.localAddress, socket.address());
      watch(see, 'socket', socket, ends);
      const closed = new Promise((resolve) => socket.on('close', resolve));
      let heard = '';
      socket.setEncoding('utf8').on('data', (data) => (heard += data));
      peer.end('x'.repeat(300_000));
      await once(socket, 'end');
      see(heard.length, socket.bytesRead);
      socket.end('y'.repeat(300_000));
      let answer = 0;
      for await (const chunk of peer) answer += chunk.length;
      await closed;
      see(answer, socket.bytesWritten);
      see(socket.destroyed, socket._handle);
    });
    t.true(seen.some(([first]) => first === 300_000));
  });

  test(`${kind}: paused from the start, resumed later`, async (t) => {
    await compare(t, async ({ net }, see) => {
      const { handle, peer } = await connection(place());
      const socket = new net.Socket({ handle, pauseOnCreate: true });
      see(socket.isPaused(), socket.readableFlowing);
      socket.on('data', (data) => see('data', data));
      peer.write('hello');
      await new Promise(setImmediate);
      see(socket.isPaused());
      socket.resume();
      await once(socket, 'data');
      socket.destroy();
      await once(peer, 'close');
    });
  });

  test(`${kind}: a socket on a handle is destroyed with an error`, async (t) => {
    await compare(t, async ({ net }, see) => {
      const { handle, peer } = await connection(place());
      const socket = watch(see, 'socket', new net.Socket({ handle }), ends);
      socket.destroy(new Error('enough'));
      await once(peer, 'close');
    });
  });
}

const forms = {
  'the handle': (server) => server._handle,
  'an object with handle': (server) => ({ handle: server._handle }),
  'an object with _handle': (server) => ({ _handle: server._handle }),
  'a built-in server': (server) => server,
};

/** A server on the handle that a built-in server listens with, from listen to close. */
async function listenOn(where, give, { net }, see) {
  const node = builtin.net.createServer();
  await listening(node, where);
  const reach = whereOf(node);
  const server = net.createServer((socket) => socket.end('mine'));
  watch(see, 'server', server, ['listening', 'close', 'error']);
  server.listen(give(node));
  await once(server, 'listening');
  see(server.listening, server.address());
  for (let i = 0; i < 10; i++) {
    for await (const data of builtin.net.connect(reach)) see('answer', data);
  }
  await new Promise((resolve) => server.close(resolve));
  const late = builtin.net.connect(reach);
  see((await new Promise((resolve) => late.on('error', resolve))).code);
}

for (const [form, give] of Object.entries(forms)) {
  test(`listening on what Node listens on, by ${form}`, (t) =>
    compare(t, (modules, see) => listenOn(places.TCP(), give, modules, see)));
}

test('listening on the unix socket that Node listens on: the file goes with the server', async (t) => {
  // The built-in says EEXIST to it.
  const where = places.unix();
  const seen = [];
  await listenOn(where, forms['the handle'], ours, (...args) => seen.push(args));
  t.is(seen.filter(([label]) => label === 'answer').length, 10);
  t.deepEqual(seen.at(-1), ['ENOENT']);
  t.false(fs.existsSync(where.path));
});

test('a handle that is bound and does not listen yet', async (t) => {
  await compare(t, async ({ net }, see) => {
    const handle = builtin.net._createServerHandle('127.0.0.1', 0, 4);
    const server = net.createServer((socket) => socket.end('mine'));
    server.listen(handle, 5);
    await once(server, 'listening');
    see(server.address());
    for await (const data of builtin.net.connect(server.address().port, '127.0.0.1')) see(data);
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a connection that its peer has reset', async (t) => {
  await compare(t, async ({ net }, see) => {
    const { handle, peer } = await connection(places.TCP());
    peer.resetAndDestroy();
    await once(peer, 'close');
    const socket = watch(see, 'socket', new net.Socket({ handle }), ['error', 'end', 'close']);
    await new Promise((resolve) => socket.on('close', resolve));
  });
});

test('what only Node can drive is given to a built-in socket', (t) => {
  const calls = [];
  const standIn = {
    readStart: () => calls.push('readStart') && 0,
    readStop: () => 0,
    close: (done) => done?.(),
  };
  const socket = new ours.net.Socket({ handle: standIn });
  t.true(socket instanceof builtin.net.Socket);
  t.is(socket._handle, standIn);
  t.deepEqual(calls, ['readStart']);
  t.true(ours.net.Socket({ handle: standIn }) instanceof builtin.net.Socket);
});

test('a handle of a UDP socket', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const handle = await udpHandle();
    const socket = watch(see, 'socket', dgram.createSocket('udp4'), ['listening', 'error', 'close']);
    await new Promise((resolve) => socket.bind(handle, resolve));
    see(socket.address());
    t.throws(() => socket.bind(0), { code: 'ERR_SOCKET_ALREADY_BOUND' });
    const client = builtin.dgram.createSocket('udp4');
    for (let i = 0; i < 5; i++) {
      client.send(`message ${i}`, socket.address().port, '127.0.0.1');
      see(...(await once(socket, 'message')));
    }
    client.close();
    await new Promise((resolve) => socket.close(resolve));
  });
});

const descriptors = () => fs.readdirSync('/proc/self/fd').length;

/** Closed handles give their descriptor back within a few turns of the loop. */
async function settled(count) {
  for (let turn = 0; turn < 100 && descriptors() > count; turn++)
    await new Promise((done) => setTimeout(done, 10));
  return descriptors();
}

(process.platform === 'linux' ? test.serial : test.skip)('every descriptor is given back', async (t) => {
  async function round() {
    for (const place of Object.values(places)) {
      const { handle, peer } = await connection(place());
      new ours.net.Socket({ handle }).destroy();
      await once(peer, 'close');
    }
    const server = ours.net.createServer().listen(builtin.net._createServerHandle('127.0.0.1', 0, 4));
    await once(server, 'listening');
    await new Promise((resolve) => server.close(resolve));
    const udp = ours.dgram.createSocket('udp4').bind(await udpHandle());
    await new Promise((resolve) => udp.close(resolve));
  }
  await round();
  const before = await settled(0);
  for (let i = 0; i < 10; i++) await round();
  t.true((await settled(before)) <= before);
});
