'use strict';
// Options, references, closing and signals, compared with the built-in.

const test = require('ava');
const { once } = require('node:events');
const os = require('node:os');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');
const { ours } = require('../helpers/implementations.js');
const { runProgram } = require('../helpers/children.js');

const EVENTS = ['listening', 'connect', 'message', 'error', 'close'];
const create = (dgram, see, options = 'udp4', label = 'socket') =>
  watch(see, label, dgram.createSocket(options), EVENTS);

async function bound(dgram, see, options = 'udp4', label = 'socket') {
  const socket = create(dgram, see, options, label);
  socket.bind(0);
  await once(socket, 'listening');
  return socket;
}

async function end(socket) {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

function attempt(see, label, call) {
  try {
    see(label, call());
  } catch (error) {
    see(label, error);
  }
}

test('broadcast, times to live, loopback', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    for (const type of ['udp4', 'udp6']) {
      const socket = await bound(dgram, see, type);
      for (const value of [true, false, 0, 1, 'x', undefined]) {
        attempt(see, 'setBroadcast', () => socket.setBroadcast(value));
        attempt(see, 'setMulticastLoopback', () => socket.setMulticastLoopback(value));
      }
      for (const value of [1, 64, 255, 256, 0, -1, 1.9]) {
        attempt(see, 'setTTL', () => socket.setTTL(value));
        attempt(see, 'setMulticastTTL', () => socket.setMulticastTTL(value));
      }
      await end(socket);
    }
  });
});

test('buffer sizes', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = await bound(dgram, see, { type: 'udp4', recvBufferSize: 8192, sendBufferSize: 9000 });
    see(socket.getRecvBufferSize(), socket.getSendBufferSize());
    socket.setRecvBufferSize(12_000);
    socket.setSendBufferSize(13_000);
    see(socket.getRecvBufferSize(), socket.getSendBufferSize());
    await end(socket);
  });
});

test('multicast: a joined group is heard', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = await bound(dgram, see);
    attempt(see, 'join', () => socket.addMembership('224.0.0.114', '127.0.0.1'));
    attempt(see, 'join again', () => socket.addMembership('224.0.0.114', '127.0.0.1'));
    attempt(see, 'interface', () => socket.setMulticastInterface('127.0.0.1'));
    socket.setMulticastLoopback(true);
    socket.send('to the group', socket.address().port, '224.0.0.114', (...result) => see('sent', ...result));
    await once(socket, 'message');
    attempt(see, 'leave', () => socket.dropMembership('224.0.0.114', '127.0.0.1'));
    attempt(see, 'leave again', () => socket.dropMembership('224.0.0.114', '127.0.0.1'));
    attempt(see, 'source', () => socket.addSourceSpecificMembership('127.0.0.1', '232.1.1.1', '127.0.0.1'));
    attempt(see, 'source', () => socket.dropSourceSpecificMembership('127.0.0.1', '232.1.1.1', '127.0.0.1'));
    await end(socket);
  });
});

test('joining a group before bind', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = create(dgram, see);
    attempt(see, 'join', () => socket.addMembership('224.0.0.114'));
    attempt(see, 'address', () => socket.address());
    socket.bind(0);
    await Promise.race([once(socket, 'listening'), once(socket, 'error')]).catch(() => {});
    await end(socket);
  });
});

test('close: events, callbacks, errors afterwards', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = await bound(dgram, see);
    see(socket.close(() => see('callback')) === socket);
    attempt(see, 'close again', () => socket.close());
    attempt(see, 'address', () => socket.address());
    attempt(see, 'send', () => socket.send('x', 9));
    await once(socket, 'close');
    for (const method of ['ref', 'unref']) attempt(see, method, () => socket[method]() === socket);
    const binding = create(dgram, see, 'udp4', 'binding');
    binding.bind(0);
    binding.close(() => see('closed while binding'));
    await once(binding, 'close');
  });
});

test('what was sent before close is not lost (the built-in loses it while it binds)', async (t) => {
  const receiver = ours.dgram.createSocket('udp4');
  const { port } = receiver.bindSync({ address: '127.0.0.1' });
  const sender = ours.dgram.createSocket('udp4');
  const got = [];
  receiver.on('message', (message) => got.push(String(message)));
  for (const text of ['a', 'b', 'c']) sender.send(text, port, '127.0.0.1', (error) => got.push(error));
  await end(sender);
  while (got.length < 6) await once(receiver, 'message');
  t.deepEqual(got.sort(), ['a', 'b', 'c', null, null, null]);
  await end(receiver);
});

test('close in the message listener: no further message', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = create(dgram, see, 'udp4', 'receiver');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    receiver.on('message', () => receiver.close());
    const sender = create(dgram, see, 'udp4', 'sender');
    for (let i = 0; i < 5; i++) sender.send(`${i}`, receiver.address().port, '127.0.0.1');
    await once(receiver, 'close');
    await end(sender);
  });
});

test('AbortSignal', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const early = create(dgram, see, { type: 'udp4', signal: AbortSignal.abort() }, 'early');
    await once(early, 'close');
    const controller = new AbortController();
    const late = create(dgram, see, { type: 'udp4', signal: controller.signal }, 'late');
    late.bind(0);
    await once(late, 'listening');
    controller.abort();
    await once(late, 'close');
    const closed = new AbortController();
    const socket = create(dgram, see, { type: 'udp4', signal: closed.signal });
    await end(socket);
    closed.abort();
  });
});

test('asyncDispose', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = await bound(dgram, see);
    see(await socket[Symbol.asyncDispose]());
    see(await socket[Symbol.asyncDispose]());
  });
});

test('unref lets the program end, ref does not', async (t) => {
  const program = `
    const socket = require('dgram').createSocket('udp4');
    socket.unref();
    socket.bind(0, () => {
      if (process.env.REF) { socket.ref(); setTimeout(() => { console.log('kept'); socket.close(); }, 50).unref(); }
      else console.log('bound');
    });`;
  for (const REF of ['', '1']) {
    const [actual, expected] = await Promise.all(
      [false, true].map((builtin) => runProgram(program, { builtin, env: { REF } })),
    );
    t.deepEqual(actual, expected);
  }
});

test('deprecated members', async (t) => {
  if (!('_handle' in require('node:dgram').Socket.prototype)) {
    t.pass();
    return;
  }
  const program = `
    const dgram = require('dgram');
    const seen = [];
    process.on('warning', ({ name, code, message }) => seen.push([name, code, message]));
    const socket = dgram.createSocket({ type: 'udp4', reuseAddr: 1 });
    seen.push(socket._bindState, socket._receiving, socket._queue, socket._reuseAddr, typeof socket._handle);
    seen.push(socket._healthCheck());
    socket.bind(0, () => {
      seen.push(socket._bindState, socket._receiving, socket._handle.fd > 0, socket._stopReceiving());
      seen.push(socket._receiving);
      socket._reuseAddr = 'x';
      seen.push(socket._reuseAddr);
      socket.close();
      seen.push(socket._handle);
      try { socket._healthCheck(); } catch (error) { seen.push(error.code); }
      const handle = dgram._createSocketHandle('127.0.0.1', 0, 'udp4');
      seen.push(handle.fd > 0, dgram._createSocketHandle('192.0.2.1', 0, 'udp4'));
      handle.close();
    });
    seen.push(socket._bindState);
    process.on('exit', () => console.log(JSON.stringify(seen)));`;
  const [actual, expected] = await Promise.all(
    [false, true].map((builtin) => runProgram(program, { builtin })),
  );
  t.deepEqual(JSON.parse(actual.stdout), JSON.parse(expected.stdout));
});

test('the interfaces of this machine can be named', async (t) => {
  const names = Object.keys(os.networkInterfaces());
  await compare(t, async ({ dgram }, see) => {
    const socket = await bound(dgram, see, 'udp6');
    for (const name of [...names, 'nosuch']) {
      attempt(see, name, () => socket.setMulticastInterface(`::%${name}`));
    }
    await end(socket);
  });
});
