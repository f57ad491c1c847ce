'use strict';
// Under load: every byte arrives, memory stays bounded, results are true.

const test = require('ava');
const { randomBytes, randomInt } = require('node:crypto');
const { once } = require('node:events');
const { runProgram } = require('../helpers/children.js');
const { builtin, ours } = require('../helpers/implementations.js');
const { bound, end, exchange, hashOf } = require('./exchange.js');

/** Name, sizes from and to, and how many fit the smallest receive buffer that a system gives (212,992 bytes). */
const SIZES = [
  ['small', 1, 100, 25],
  ['around the MTU', 1400, 1600, 25],
  ['any', 0, 65_508, 1],
  ['of equal size', 512, 513, 25],
];

for (const [name, from, to, fitting] of SIZES) {
  for (const [label, sending, receiving] of [
    ['ferronet to ferronet', ours, ours],
    ['built-in to ferronet', builtin, ours],
    ['ferronet to built-in', ours, builtin],
  ]) {
    test(`datagrams ${name}, ${label}`, async (t) => {
      for (const address of ['127.0.0.1', '::1']) {
        const [sender, receiver] = [
          await bound(sending.dgram, address),
          await bound(receiving.dgram, address),
        ];
        const bursts = Array.from({ length: 30 }, () =>
          Array.from({ length: fitting }, () => randomBytes(randomInt(from, to))),
        );
        const { got, sizes } = await exchange(sender, receiver, address, bursts);
        const sent = bursts.flat();
        t.is(hashOf(got), hashOf(sent));
        t.deepEqual(
          sizes,
          sent.map((message) => message.length),
        );
        await end(sender, receiver);
      }
    });
  }
}

test('1,000,000 datagrams at a rate that the receiver can take: none lost, twice or altered', async (t) => {
  t.timeout(120_000);
  const COUNT = 1_000_000;
  /** As many of the largest fit the smallest receive buffer that a system gives. */
  const WINDOW = 100;
  const [sender, receiver] = [await bound(ours.dgram, '127.0.0.1'), await bound(ours.dgram, '127.0.0.1')];
  const { port } = receiver.address();
  const sizeOf = (number) => 4 + ((number * 7) % 97);
  let arrived = 0;
  let altered = 0;
  await new Promise((resolve) => {
    function sendWindow() {
      for (let number = arrived; number < arrived + WINDOW; number++) {
        const datagram = Buffer.alloc(sizeOf(number), number & 255);
        datagram.writeUInt32LE(number, 0);
        sender.send(datagram, port, '127.0.0.1');
      }
    }
    // Loopback keeps the order, so each has to be the next one.
    receiver.on('message', (message) => {
      const whole = message.length === sizeOf(arrived) && message.readUInt32LE(0) === arrived;
      if (!whole || message.some((byte, at) => at >= 4 && byte !== (arrived & 255))) altered++;
      arrived++;
      if (arrived === COUNT) resolve();
      else if (arrived % WINDOW === 0) sendWindow();
    });
    sendWindow();
  });
  // One that came twice would come now.
  receiver.removeAllListeners('message');
  sender.send('last', port, '127.0.0.1');
  const [last] = await once(receiver, 'message');
  t.deepEqual([arrived, altered, String(last)], [COUNT, 0, 'last']);
  await end(sender, receiver);
});

test('a burst larger than the outgoing block', async (t) => {
  const receiver = await bound(ours.dgram, '127.0.0.1', { recvBufferSize: 32 << 20 });
  const sender = await bound(ours.dgram, '127.0.0.1');
  const results = [];
  const { port } = receiver.address();
  const messages = Array.from({ length: 3000 }, () => randomBytes(randomInt(1, 300)));
  await new Promise((resolve) => {
    for (const message of messages) {
      sender.send(message, port, '127.0.0.1', (error, bytes) => {
        if (results.push(error ?? bytes) === messages.length) resolve();
      });
    }
  });
  t.deepEqual(
    results,
    messages.map((message) => message.length),
  );
  await end(sender, receiver);
});

test('two sockets to each other under load', async (t) => {
  const [a, b] = [await bound(ours.dgram, '127.0.0.1'), await bound(ours.dgram, '127.0.0.1')];
  const ROUNDS = 3000;
  const seen = [0, 0];
  await new Promise((resolve) => {
    for (const [i, socket] of [a, b].entries()) {
      socket.on('message', (message, { port }) => {
        const count = message.readUInt32LE(0);
        t.true(message.subarray(4).every((byte) => byte === (count & 255)) || t.fail('bytes differ'));
        if (++seen[i] > ROUNDS) {
          if (seen.every((n) => n > ROUNDS)) resolve();
          if (seen[i] > ROUNDS + 16) return;
        }
        const answer = Buffer.alloc(4 + (count % 1000), (count + 1) & 255);
        answer.writeUInt32LE(count + 1, 0);
        socket.send(answer, port, '127.0.0.1');
      });
    }
    for (let i = 0; i < 16; i++) {
      const first = Buffer.alloc(4 + i, 0);
      a.send(first, b.address().port, '127.0.0.1');
    }
  });
  await end(a, b);
  t.pass();
});

test('thousands of peers', async (t) => {
  const receiver = await bound(ours.dgram, '0.0.0.0');
  const sender = await bound(ours.dgram, '127.0.0.1');
  const { port } = receiver.address();
  let got = 0;
  let failed = 0;
  const PEERS = 6000;
  const address = (i) => `127.${1 + (i >> 14)}.${(i >> 7) & 127}.${1 + (i & 127)}`;
  const arrivals = new Set();
  receiver.on('message', (message) => {
    got++;
    arrivals.add(String(message));
  });
  for (let i = 0; i < PEERS; i += 100) {
    const wanted = i + 100;
    for (let j = i; j < wanted; j++) sender.send(address(j), port, address(j), (error) => error && failed++);
    while (got < wanted) await once(receiver, 'message');
  }
  t.is(failed, 0);
  t.is(arrivals.size, PEERS);
  await end(sender, receiver);
});

test('a flood while JavaScript is blocked: memory bounded, later datagrams whole', async (t) => {
  const { stdout, stderr, code } = await runProgram(`
    const dgram = require('dgram');
    const { Worker } = require('worker_threads');
    const receiver = dgram.createSocket('udp4');
    receiver.bind(0, '127.0.0.1', () => {
      const { port } = receiver.address();
      const flood = new Worker(\`
        const socket = require('dgram').createSocket('udp4');
        const { workerData } = require('worker_threads');
        const payload = Buffer.alloc(1200, 7);
        socket.connect(workerData, '127.0.0.1', () => {
          const until = Date.now() + 2500;
          (function burst() {
            for (let i = 0; i < 100; i++) socket.send(payload);
            if (Date.now() < until) setImmediate(burst);
            else socket.close();
          })();
        });\`, { eval: true, workerData: port });
      flood.once('online', () => {
        const before = process.memoryUsage();
        const until = Date.now() + 2000;
        while (Date.now() < until);
        const after = process.memoryUsage();
        let whole = 0, broken = 0;
        receiver.on('message', (message) => {
          if (message.length === 1200 && message.every((byte) => byte === 7)) whole++;
          else if (String(message) === 'last') {
            console.log(JSON.stringify({ whole: whole > 0, broken, external: after.external - before.external }));
            receiver.close();
          } else broken++;
        });
        flood.once('exit', () => {
          const last = dgram.createSocket('udp4');
          const again = setInterval(() => last.send('last', port, '127.0.0.1'), 20);
          receiver.once('close', () => { clearInterval(again); last.close(); });
        });
      });
    });`);
  t.is(code, 0, stderr);
  const { whole, broken, external } = JSON.parse(stdout);
  t.true(whole);
  t.is(broken, 0);
  t.true(external < 8 << 20, `${external} bytes more while blocked`);
});
