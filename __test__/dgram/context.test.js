'use strict';
// Async contexts, throwing listeners and callbacks, sends inside callbacks, the end of the process.

const test = require('ava');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const { runProgram } = require('../helpers/children.js');
const { compare } = require('../helpers/compare.js');

async function end(...sockets) {
  for (const socket of sockets) {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}

/** What a program prints on both, each run by a process of its own. */
async function comparePrograms(t, program) {
  const [actual, expected] = await Promise.all(
    [false, true].map((builtin) => runProgram(program, { builtin })),
  );
  t.is(actual.stdout, expected.stdout, actual.stderr);
  t.is(actual.code, expected.code);
  return actual.stdout;
}

test('AsyncLocalStorage in events and send callbacks', async (t) => {
  const trace = await compare(t, async ({ dgram }, see) => {
    const storage = new AsyncLocalStorage();
    const receiver = storage.run('create receiver', () => dgram.createSocket('udp4'));
    const sender = storage.run('create sender', () => dgram.createSocket('udp4'));
    storage.run('bind', () => receiver.bind(0, '127.0.0.1', () => see('listening', storage.getStore())));
    await once(receiver, 'listening');
    const { port } = receiver.address();
    storage.run('on message', () => receiver.on('message', () => see('message', storage.getStore())));
    await new Promise((resolve) => {
      storage.run('connect', () =>
        sender.connect(port, '127.0.0.1', () => resolve(see('connect', storage.getStore()))),
      );
    });
    for (const i of [1, 2, 3]) {
      storage.run(`send ${i}`, () => sender.send('x', () => see('sent', i, storage.getStore())));
    }
    await once(receiver, 'message');
    await new Promise((resolve) => setImmediate(resolve));
    // From within a message listener, several of one batch.
    receiver.removeAllListeners('message');
    let left = 3;
    await new Promise((resolve) => {
      receiver.on('message', (_, { port }) => {
        const i = left--;
        storage.run(`answer ${i}`, () =>
          receiver.send('y', port, '127.0.0.1', () => {
            see('answered', i, storage.getStore());
            if (i === 1) resolve();
          }),
        );
      });
      for (let i = 0; i < 3; i++) sender.send('x');
    });
    storage.run('close', () => receiver.close(() => see('closed', storage.getStore())));
    await once(receiver, 'close');
    await end(sender);
  });
  t.deepEqual(
    trace.filter(([what]) => what === 'sent').map(([, , store]) => store),
    ['send 1', 'send 2', 'send 3'],
  );
});

test('events.once sees every datagram of a batch', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = dgram.createSocket('udp4');
    const sender = dgram.createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    for (let i = 0; i < 10; i++) sender.send(`${i}`, receiver.address().port, '127.0.0.1');
    for (let i = 0; i < 10; i++) see(String((await once(receiver, 'message'))[0]));
    await end(receiver, sender);
  });
});

/** Equal ones come as a run, the others one by one. */
const lengths = { 'of one length': '3', 'of many lengths': '3 + i % 7' };
const throwers = { listener: 'fail()', 'tick of a listener': 'process.nextTick(fail)' };

for (const [who, act] of Object.entries(throwers)) {
  for (const [which, length] of Object.entries(lengths)) {
    test(`a ${who} that throws reaches uncaughtException, and all datagrams come: ${which}`, async (t) => {
      const printed = await comparePrograms(
        t,
        `const dgram = require('dgram');
        const receiver = dgram.createSocket('udp4');
        const sender = dgram.createSocket('udp4');
        let seen = 0;
        process.on('uncaughtException', (error) => console.log('uncaught', error.message));
        receiver.on('message', (message) => {
          console.log('message', String(message));
          const fail = () => { throw new Error('thrown at ' + message); };
          if (++seen === 200) { receiver.close(); sender.close(); }
          if (seen % 3 === 0) ${act};
        });
        receiver.bind(0, '127.0.0.1', () => {
          sender.connect(receiver.address().port, '127.0.0.1', () => {
            for (let i = 0; i < 200; i++) sender.send(String(i).padStart(${length}));
          });
        });`,
      );
      t.is(printed.match(/^message/gm).length, 200);
      t.is(printed.match(/^uncaught/gm).length, 66);
    });
  }
}

test('ticks that throw do not keep an error of receiving from the program', async (t) => {
  const program = `const dgram = require('dgram');
    const [socket, peer] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    const seen = { message: 0, uncaught: 0, error: [] };
    const see = () => {
      if (seen.message < 200 || seen.uncaught < 200 || seen.error.length < 1) return;
      console.log(JSON.stringify(seen));
      socket.close();
    };
    process.on('uncaughtException', () => see(seen.uncaught++));
    socket.on('message', (message) => {
      // The peer is closed by now, and so is its port.
      if (seen.message++ === 0) socket.send('to nobody');
      process.nextTick(() => { throw new Error('in a tick'); });
    });
    socket.on('error', ({ code, syscall }) => see(seen.error.push([code, syscall])));
    peer.bind(0, '127.0.0.1', () => {
      socket.connect(peer.address().port, '127.0.0.1', () => {
        let left = 200;
        const sent = () => --left || peer.close();
        for (let i = 0; i < 200; i++) peer.send('x'.repeat(i % 7), socket.address().port, '127.0.0.1', sent);
      });
    });`;
  const printed = await comparePrograms(t, program);
  t.deepEqual(JSON.parse(printed), { message: 200, uncaught: 200, error: [['ECONNREFUSED', 'recvmsg']] });
});

test('a send callback that throws does not keep the others from theirs', async (t) => {
  await comparePrograms(
    t,
    `const dgram = require('dgram');
    const sender = dgram.createSocket('udp4');
    let told = 0;
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    sender.bind(0, '127.0.0.1', () => {
      for (let i = 0; i < 10; i++) {
        sender.send('x', 9, '127.0.0.1', () => {
          console.log('told', i);
          if (++told === 10) sender.close();
          if (i % 2) throw new Error('thrown at ' + i);
        });
      }
    });`,
  );
});

test('sending and closing inside callbacks', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = dgram.createSocket('udp4');
    const sender = dgram.createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    sender.bind(0, '127.0.0.1');
    await once(sender, 'listening');
    const { port } = receiver.address();
    receiver.on('message', (message) => see('message', String(message)));
    let depth = 0;
    await new Promise((resolve) => {
      sender.on('close', () => resolve(see('close')));
      const again = (error, bytes) => {
        see('sent', error, bytes);
        if (++depth < 5) sender.send(`depth ${depth}`, port, '127.0.0.1', again);
        else sender.close();
      };
      sender.send('depth 0', port, '127.0.0.1', again);
    });
    await end(receiver);
  });
});

test('several sockets in one tick: all arrive, in the order of each', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    const receiver = dgram.createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address();
    const senders = Array.from({ length: 3 }, () => dgram.createSocket('udp4'));
    for (const sender of senders) {
      sender.connect(port, '127.0.0.1');
      await once(sender, 'connect');
    }
    const got = [];
    const all = new Promise((resolve) => {
      receiver.on('message', (message) => got.push(String(message)) === 60 && resolve());
    });
    for (let i = 0; i < 20; i++) for (const [n, sender] of senders.entries()) sender.send(`${n}:${i}`);
    await all;
    see(got);
    await end(receiver, ...senders);
  });
});

test('process.exit() behind a send loses nothing that was sent', async (t) => {
  const { ours } = require('../helpers/implementations.js');
  for (const count of [1, 2, 50]) {
    const receiver = ours.dgram.createSocket('udp4');
    const { port } = receiver.bindSync({ address: '127.0.0.1' });
    const got = [];
    receiver.on('message', (message) => got.push(String(message)));
    const { code, stderr } = await runProgram(`
      const socket = require('dgram').createSocket('udp4');
      socket.bind(0, '127.0.0.1', () => {
        const listeners = process.listenerCount('exit');
        process.on('exit', () => socket.send('at exit', ${port}, '127.0.0.1'));
        for (let i = 0; i < ${count}; i++) socket.send('before exit', ${port}, '127.0.0.1');
        setImmediate(() => {
          if (process.listenerCount('exit') !== listeners + 1) process.exitCode = 3;
          for (let i = 0; i < ${count}; i++) socket.send('with exit', ${port}, '127.0.0.1');
          process.exit();
        });
      });`);
    t.is(code, 0, stderr);
    while (got.length < 2 * count + 1) await once(receiver, 'message');
    t.is(got.at(-1), 'at exit');
    await end(receiver);
  }
});
