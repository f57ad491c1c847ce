'use strict';
// send in all its forms, connect and disconnect, lookup and block lists, compared with the built-in.

const test = require('ava');
const { once } = require('node:events');
const net = require('node:net');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');

const EVENTS = ['listening', 'connect', 'message', 'error', 'close'];

const create = (dgram, see, options, label = 'socket') =>
  watch(see, label, dgram.createSocket(options), EVENTS);

async function bound(dgram, see, options = 'udp4', label = 'receiver') {
  const socket = create(dgram, see, options, label);
  socket.bind(0, socket.type === 'udp6' ? '::1' : '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function end(...sockets) {
  await Promise.all(
    sockets.map((socket) => {
      const closed = once(socket, 'close');
      socket.close();
      return closed;
    }),
  );
}

test('messages in all forms', async (t) => {
  const messages = [
    'text',
    '',
    'schön',
    Buffer.from('buffer'),
    new Uint16Array([1, 2]),
    new DataView(new ArrayBuffer(4), 1, 2),
    ['a', Buffer.from('b'), new Uint8Array([99])],
    [],
    [''],
  ];
  const trace = await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = create(dgram, see, 'udp4', 'sender');
    const { port } = receiver.address();
    for (const message of messages) {
      const got = once(receiver, 'message');
      sender.send(message, port, '127.0.0.1', (...result) => see('sent', ...result));
      await got;
    }
    await end(sender, receiver);
  });
  t.is(trace.filter(([what]) => what === 'receiver message').length, messages.length);
});

test('arguments in all forms, unconnected', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = await bound(dgram, see, 'udp4', 'sender');
    const { port } = receiver.address();
    const callback = (...result) => see('sent', ...result);
    const forms = [
      ['abcde', port],
      ['abcde', port, '127.0.0.1'],
      ['abcde', port, callback],
      ['abcde', port, '127.0.0.1', callback],
      ['abcde', port, undefined, callback],
      ['abcde', port, null, callback],
      ['abcde', port, '', callback],
      ['abcde', String(port), '127.0.0.1'],
      ['abcde', 1, 3, port],
      ['abcde', 1, 3, port, '127.0.0.1'],
      ['abcde', 1, 3, port, callback],
      ['abcde', 1, 3, port, '127.0.0.1', callback],
      [Buffer.from('abcde'), 5, 0, port, '127.0.0.1', callback],
    ];
    for (const form of forms) {
      const got = once(receiver, 'message');
      see('returned', sender.send(...form));
      await got;
    }
    sender.sendto('abcde', 0, 2, port, '127.0.0.1', callback);
    await once(receiver, 'message');
    await end(sender, receiver);
  });
});

test('connected: arguments, addresses, disconnect', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = create(dgram, see, 'udp4', 'sender');
    const callback = (...result) => see('sent', ...result);
    see(sender.connect(receiver.address().port, '127.0.0.1', () => see('connected')));
    await once(sender, 'connect');
    see(sender.remoteAddress(), sender.address());
    for (const form of [
      ['abc'],
      ['abc', callback],
      ['abc', 1, 1],
      ['abc', 1, 1, callback],
      [['a', 'b'], callback],
    ]) {
      const got = once(receiver, 'message');
      sender.send(...form);
      await got;
    }
    see(sender.disconnect());
    try {
      sender.remoteAddress();
    } catch (error) {
      see(error);
    }
    const got = once(receiver, 'message');
    sender.send('abc', receiver.address().port, '127.0.0.1');
    await got;
    sender.connect(receiver.address().port);
    await once(sender, 'connect');
    see(sender.remoteAddress());
    await end(sender, receiver);
  });
});

test('IPv6', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see, 'udp6');
    const sender = create(dgram, see, 'udp6', 'sender');
    for (const address of ['::1', undefined]) {
      const got = once(receiver, 'message');
      sender.send('six', receiver.address().port, address, (...result) => see('sent', ...result));
      await got;
    }
    await end(sender, receiver);
    const any = create(dgram, see, 'udp6', 'any');
    any.bind(0);
    await once(any, 'listening');
    const v4 = create(dgram, see, 'udp4', 'v4');
    v4.send('mapped', any.address().port, '127.0.0.1');
    await once(any, 'message');
    await new Promise((resolve) =>
      any.send('x', 9, '127.0.0.1', (...result) => resolve(see('sent', ...result))),
    );
    await end(any, v4);
  });
});

test('sends before the socket is bound keep their order', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = create(dgram, see, 'udp4', 'sender');
    const { port } = receiver.address();
    for (let i = 0; i < 5; i++) {
      sender.send(`message ${i}`, port, '127.0.0.1', (...result) => see(`sent ${i}`, ...result));
    }
    for (let i = 0; i < 5; i++) await once(receiver, 'message');
    await end(sender, receiver);
  });
});

test('order of callbacks, ticks and microtasks', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = create(dgram, see, 'udp4', 'sender');
    sender.connect(receiver.address().port, '127.0.0.1');
    await once(sender, 'connect');
    receiver.removeAllListeners('message');
    await new Promise((resolve) => setImmediate(resolve));
    process.nextTick(() => see('tick before'));
    sender.send('1', (...result) => see('sent', 1, ...result));
    process.nextTick(() => see('tick between'));
    sender.send('2', (...result) => {
      see('sent', 2, ...result);
      process.nextTick(() => see('tick of the callback'));
    });
    sender.send('3');
    sender.send('4', (...result) => see('sent', 4, ...result));
    Promise.resolve().then(() => see('microtask'));
    process.nextTick(() => see('tick behind'));
    await new Promise((resolve) => setImmediate(resolve));
    await end(sender, receiver);
  });
});

test('errors go to the callback of their datagram, or nowhere', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const sender = await bound(dgram, see, 'udp4', 'sender');
    const { port } = receiver.address();
    const results = [];
    const done = new Promise((resolve) => {
      const callback = (i) => (error, bytes) => {
        results[i] = error ?? bytes;
        if (i === 5) resolve();
      };
      sender.send('fine', port, '127.0.0.1', callback(0));
      sender.send(Buffer.alloc(65_508), port, '127.0.0.1', callback(1));
      sender.send(Buffer.alloc(70_000), port, '127.0.0.1', callback(2));
      sender.send('of the other family', port, '::1', callback(3));
      sender.send('no permission to broadcast', port, '255.255.255.255', callback(4));
      sender.send('fine again', port, '127.0.0.1', callback(5));
      sender.send(Buffer.alloc(70_000), port, '127.0.0.1');
    });
    await done;
    see(...results);
    await end(sender, receiver);
  });
});

test('a refusal by ICMP on a connected socket is an error event, or that of the next send', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const gone = await bound(dgram, () => {});
    const { port } = gone.address();
    await end(gone);
    const sender = dgram.createSocket('udp4');
    sender.connect(port, '127.0.0.1');
    await once(sender, 'connect');
    sender.send('anybody there?');
    const [error] = await once(sender, 'error').catch((e) => [e]);
    see(error);
    await end(sender);
  });
});

test('lookup: what it is asked and what its errors do', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = await bound(dgram, see);
    const lookup = (name, family, callback) => {
      see('lookup', name, family);
      if (name === 'bad.example')
        process.nextTick(callback, Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
      else process.nextTick(callback, null, name === 'good.example' ? '127.0.0.1' : name, 4);
    };
    const sender = create(dgram, see, { type: 'udp4', lookup }, 'sender');
    const { port } = receiver.address();
    sender.send('a', port, 'good.example', (...result) => see('sent', ...result));
    await once(receiver, 'message');
    sender.send('b', port, '127.0.0.1');
    await once(receiver, 'message');
    sender.send('c', port);
    await once(receiver, 'message');
    await new Promise((resolve) => sender.send('d', port, 'bad.example', (e) => resolve(see(e))));
    sender.send('e', port, 'bad.example');
    await once(sender, 'error').catch(() => {});
    await new Promise((resolve) => sender.connect(port, 'bad.example', (e) => resolve(see(e))));
    sender.connect(port, 'good.example');
    await once(sender, 'connect');
    see(sender.remoteAddress());
    await end(sender);
    const unbound = create(dgram, see, { type: 'udp4', lookup }, 'unbound');
    unbound.bind(0, 'bad.example');
    await once(unbound, 'error').catch(() => {});
    await end(unbound, receiver);
  });
});

test('block lists', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const blockList = new net.BlockList();
    blockList.addAddress('127.0.0.1');
    blockList.addAddress('::1', 'ipv6');
    const receiver = await bound(dgram, see);
    const sender = create(dgram, see, { type: 'udp4', sendBlockList: blockList }, 'sender');
    const { port } = receiver.address();
    const supported = !process.version.startsWith('v20');
    if (supported) {
      await new Promise((resolve) => sender.send('x', port, '127.0.0.1', (e) => resolve(see(e))));
      sender.send('silent', port, '127.0.0.1');
      await new Promise((resolve) => sender.connect(port, '127.0.0.1', (e) => resolve(see(e))));
      const deaf = create(dgram, see, { type: 'udp4', receiveBlockList: blockList }, 'deaf');
      deaf.bind(0, '127.0.0.1');
      await once(deaf, 'listening');
      // The second message, by the other way, shows that the first one has been there.
      const plain = await bound(dgram, see, 'udp4', 'plain');
      plain.send('blocked', deaf.address().port, '127.0.0.1');
      plain.send('heard', port, '127.0.0.1');
      await once(receiver, 'message');
      await end(deaf, plain);
    }
    sender.close();
    await end(receiver);
  });
});
