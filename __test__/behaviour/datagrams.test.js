'use strict';
// Datagrams to names, to groups and to everybody.

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');

const linuxTest = process.platform === 'linux' ? test : test.skip;

async function bound(socket, ...where) {
  socket.bind(...where);
  await once(socket, 'listening');
  return socket;
}

async function closed(...sockets) {
  for (const socket of sockets) {
    socket.close();
    await once(socket, 'close');
  }
}

test('a server that is bound to the name localhost confirms what a client sends to that name', async (t) => {
  const trace = await compare(t, async ({ dgram }, see) => {
    const server = dgram.createSocket('udp4');
    server.on('listening', () => see('listening', server.address()));
    server.on('message', (data, from) => {
      see('server hears', data, Object.keys(from), from.address, from.family, from.size);
      const answer = Buffer.from(`confirmed: ${data}`);
      server.send(answer, 0, answer.length, from.port, from.address);
    });
    await bound(server, 0, 'localhost');

    const client = dgram.createSocket('udp4');
    const message = Buffer.from('Hello');
    const sent = new Promise((resolve) => {
      const { port } = server.address();
      client.send(message, 0, message.length, port, 'localhost', (...args) => resolve(args));
    });
    const [data, from] = await once(client, 'message');
    see('sent', ...(await sent));
    see('client hears', data, from);
    await closed(client, server);
  });
  t.deepEqual(trace.at(-1)[1], 'bytes confirmed: Hello');
});

test('a part of a buffer, a list of parts and a text are sent as one datagram each', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const server = await bound(dgram.createSocket('udp4'), 0, '127.0.0.1');
    const client = dgram.createSocket('udp4');
    const { port } = server.address();
    for (const args of [
      [Buffer.from('0123456789'), 3, 4],
      [[Buffer.from('one '), 'two ', new Uint8Array([51])]],
      ['naïve'],
      [''],
    ]) {
      const message = once(server, 'message');
      client.send(...args, port, '127.0.0.1');
      const [data, from] = await message;
      see(data, from.size);
    }
    await closed(client, server);
  });
});

test('a socket that is closed says so once and can do nothing more', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const socket = watch(see, 'socket', dgram.createSocket('udp4'), ['close', 'error', 'listening']);
    await bound(socket, 0, '127.0.0.1');
    socket.close(() => see('callback'));
    for (const call of [
      () => socket.address(),
      () => socket.close(),
      () => socket.send('x', 9, '127.0.0.1'),
    ]) {
      try {
        see('returned', call());
      } catch (error) {
        see('threw', error);
      }
    }
    await once(socket, 'close');
  });
});

test('a UDP port that is taken is an error with the text and the keys of the built-in', async (t) => {
  const trace = await compare(t, async ({ dgram }, see) => {
    const first = await bound(dgram.createSocket('udp4'), 0, '127.0.0.1');
    const second = watch(see, 'second', dgram.createSocket('udp4'), ['error', 'listening']);
    second.bind(first.address().port, '127.0.0.1');
    await once(second, 'error');
    await closed(first, second);
  });
  t.is(trace[0][1].message, 'bind EADDRINUSE 127.0.0.1:PORT1');
});

test('every member of a group hears what is sent to it, until it leaves', async (t) => {
  const group = '239.255.42.99';
  const trace = await compare(t, async ({ dgram }, see) => {
    const [first, second] = [0, 0].map(() => dgram.createSocket({ type: 'udp4', reuseAddr: true }));
    await bound(first, 0);
    await bound(second, first.address().port);
    const sender = await bound(dgram.createSocket('udp4'), 0);
    sender.setMulticastInterface('127.0.0.1');
    see('TTL', sender.setMulticastTTL(1), 'loopback', sender.setMulticastLoopback(true));
    const send = (text) => sender.send(text, first.address().port, group);
    for (const member of [first, second]) see('joined', member.addMembership(group, '127.0.0.1'));
    watch((...seen) => see(...seen.slice(0, 2)), 'first', first, ['message']);

    let heard = [first, second].map((member) => once(member, 'message'));
    send('to both');
    await Promise.all(heard);

    see('left', second.dropMembership(group, '127.0.0.1'));
    heard = once(first, 'message');
    send('to one');
    await heard;
    for (const wrong of [
      () => second.dropMembership(group, '127.0.0.1'),
      () => first.addMembership('10.0.0.1'),
    ]) {
      const error = t.throws(wrong);
      see('threw', error);
    }
    await closed(first, second, sender);
  });
  t.true(trace.some(([event, data]) => event === 'first message' && data === 'bytes to one'));
});

// The loopback network of Linux has a broadcast address, which other systems do not have.
linuxTest('a broadcast is refused before setBroadcast and arrives after it', async (t) => {
  const trace = await compare(t, async ({ dgram }, see) => {
    const listener = await bound(dgram.createSocket('udp4'), 0);
    const sender = await bound(dgram.createSocket('udp4'), 0);
    const send = () =>
      new Promise((resolve) => {
        sender.send('everybody', listener.address().port, '127.255.255.255', (...args) => resolve(args));
      });
    see('without', ...(await send()));
    see('setBroadcast', sender.setBroadcast(true));
    const heard = once(listener, 'message');
    see('with', ...(await send()));
    const [data, from] = await heard;
    see('heard', data, from);
    await closed(listener, sender);
  });
  t.is(trace[0][1].code, 'EACCES');
  t.is(trace.at(-1)[1], 'bytes everybody');
});
