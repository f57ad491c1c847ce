'use strict';
// createSocket's options, and bind in all its forms, compared with the built-in.

const test = require('ava');
const { once } = require('node:events');
const { spawn } = require('node:child_process');
const { tmpdir } = require('node:os');
const { register, waitForLine } = require('../helpers/children.js');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');
const { builtin, ours } = require('../helpers/implementations.js');

const EVENTS = ['listening', 'connect', 'message', 'error', 'close'];

const create = (dgram, see, options, label = 'socket') =>
  watch(see, label, dgram.createSocket(options), EVENTS);

async function end(socket) {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

test('forms of bind', async (t) => {
  const forms = [
    [],
    [0],
    [0, '127.0.0.1'],
    [{ port: 0 }],
    [{ port: 0, address: '127.0.0.1' }],
    [{ port: 0, address: '127.0.0.1', exclusive: true }],
    [null],
    [{}],
  ];
  await compare(t, async ({ dgram }, see) => {
    for (const type of ['udp4', 'udp6']) {
      for (const form of forms) {
        if (type === 'udp6' && JSON.stringify(form).includes('127')) continue;
        const socket = create(dgram, see, { type });
        let called = 0;
        see('returns itself', socket.bind(...form, () => see('callback', ++called)) === socket);
        await once(socket, 'listening');
        see(socket.address());
        await end(socket);
      }
    }
  });
});

test('the callback of bind is called once, as the socket, and not after an error', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const first = create(dgram, see, 'udp4', 'first');
    first.bind(0, '127.0.0.1', function () {
      see('callback as the socket', this === first);
    });
    await once(first, 'listening');
    const second = create(dgram, see, 'udp4', 'second');
    second.bind(first.address().port, '127.0.0.1', () => see('never'));
    await once(second, 'error').catch(() => {});
    // A failed bind may be tried again.
    second.bind(0, '127.0.0.1');
    await once(second, 'listening');
    see(second.listenerCount('listening'), second.listenerCount('error'));
    await Promise.all([end(first), end(second)]);
  });
});

test('sharing a port: reuseAddr and reusePort', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    for (const options of [{ reuseAddr: true }, { reusePort: true }, {}]) {
      const first = create(dgram, see, { type: 'udp4', ...options }, 'first');
      first.bind(0, '127.0.0.1');
      await once(first, 'listening');
      const second = create(dgram, see, { type: 'udp4', ...options }, 'second');
      second.bind(first.address().port, '127.0.0.1');
      await Promise.race([once(second, 'listening'), once(second, 'error')]).catch(() => {});
      await Promise.all([end(first), end(second)]);
    }
  });
});

test('ipv6Only', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    for (const ipv6Only of [true, false]) {
      const v6 = create(dgram, see, { type: 'udp6', ipv6Only });
      v6.bind(0);
      await once(v6, 'listening');
      const v4 = create(dgram, see, 'udp4', 'v4');
      v4.bind(v6.address().port);
      await Promise.race([once(v4, 'listening'), once(v4, 'error')]).catch(() => {});
      await Promise.all([end(v4), end(v6)]);
    }
  });
});

test('a descriptor that a parent process bound', async (t) => {
  // The parent is the built-in of a version that can name its descriptors; the child answers on what it inherited.
  if (!builtin.dgram._createSocketHandle) {
    t.pass();
    return;
  }
  const handle = builtin.dgram._createSocketHandle('127.0.0.1', 0, 'udp4');
  const program = `
    const socket = require('dgram').createSocket('udp4');
    socket.on('message', (message, { port }) => socket.send('echo ' + message, port, '127.0.0.1', () => socket.close()));
    socket.bind({ fd: 3 }, () => console.log('bound to ' + socket.address().port));`;
  const child = spawn(process.execPath, ['-r', register, '-e', program], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit', handle.fd],
  });
  const [, port] = await waitForLine(child, /bound to (\d+)/);
  handle.close();
  const sender = ours.dgram.createSocket('udp4');
  for (const text of ['one']) sender.send(text, Number(port), '127.0.0.1');
  const [message] = await once(sender, 'message');
  t.is(String(message), 'echo one');
  const [code] = await once(child, 'exit');
  t.is(code, 0);
  await end(sender);
});

test('a bound handle takes the place of the own one', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    if (!dgram._createSocketHandle) return;
    const socket = create(dgram, see, 'udp4');
    socket.bind(dgram._createSocketHandle('127.0.0.1', 0, 'udp4'), () => see('callback'));
    see(socket.address());
    socket.send('to itself', socket.address().port, '127.0.0.1');
    await once(socket, 'message');
    await end(socket);
  });
});

test('bindSync and connectSync', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    if (!('bindSync' in require('node:dgram').Socket.prototype)) return;
    const receiver = create(dgram, see, 'udp4', 'receiver');
    const bound = receiver.bindSync({ address: '127.0.0.1' });
    see(bound, receiver.address());
    const client = create(dgram, see, 'udp4', 'client');
    see(client.connectSync(bound.port, '127.0.0.1'), client.remoteAddress());
    client.send('hello');
    await once(receiver, 'message');
    await Promise.all([end(client), end(receiver)]);
  });
});

test('bindSync and connectSync are there on every version', async (t) => {
  const receiver = ours.dgram.createSocket('udp6');
  const { port } = receiver.bindSync({ address: '::1' });
  const client = ours.dgram.createSocket('udp6');
  client.connectSync(port);
  client.send('hello');
  const [message] = await once(receiver, 'message');
  t.is(String(message), 'hello');
  await Promise.all([end(client), end(receiver)]);
});

test('diagnostics_channel hears of every socket', (t) => {
  const channel = require('node:diagnostics_channel');
  const seen = [];
  const listener = (message) => seen.push(message);
  channel.subscribe('udp.socket', listener);
  const socket = ours.dgram.createSocket('udp4');
  channel.unsubscribe('udp.socket', listener);
  t.is(seen.length, 1);
  t.is(seen[0].socket, socket);
  socket.close();
});
