'use strict';
// What a relay takes from the process, and that it gives it back: descriptors, signals, the end.

const test = require('ava');
const fs = require('node:fs');
const { root, runNode } = require('../helpers/children.js');

const hasProc = fs.existsSync('/proc/self/fd');
const onLinux = hasProc ? test.serial : test.serial.skip;

/** A proxy `proxy`, and `transfer(bytes)`, which sends that through it and resolves when it has arrived and all is closed. */
const PROXY = `
  const { net } = require(${JSON.stringify(root)});
  const { relayedBytes } = require(${JSON.stringify(`${root}/lib/net/relay.js`)});
  const fs = require('node:fs');
  const { once } = require('node:events');
  const { setImmediate: turn } = require('node:timers/promises');
  const quiet = (socket) => socket.on('error', () => {});
  const descriptors = () => fs.readdirSync('/proc/self/fd').length;
  const open = new Set();
  const held = (socket) => { open.add(quiet(socket)); socket.on('close', () => open.delete(socket)); return socket; };
  const arrived = new Map();
  const origin = net.createServer((c) => {
    let bytes = 0;
    held(c).on('data', (data) => { bytes += data.length; }).on('end', () => c.end(String(bytes)));
  });
  const proxy = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = held(net.connect({ port: origin.address().port, host: '127.0.0.1', allowHalfOpen: true }));
    held(near).pipe(far).pipe(near);
  });
  async function start() {
    for (const server of [origin, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
  }
  async function transfer(bytes) {
    const client = held(net.connect({ port: proxy.address().port, host: '127.0.0.1', allowHalfOpen: true }));
    let answer = '';
    client.on('data', (text) => { answer += text; });
    client.end(Buffer.alloc(bytes, 1));
    await once(client, 'close');
    if (answer !== String(bytes)) throw new Error('arrived: ' + answer);
  }
  const allClosed = async () => { while (open.size > 0) await turn(); await turn(); };
`;

onLinux('3,000 short connections that are relayed leave descriptors as they were', async (t) => {
  t.timeout(120_000);
  const source = `${PROXY}
    async function transfers(count) {
      for (let i = 0; i < count; i += 20) await Promise.all(Array.from({ length: 20 }, () => transfer(400_000)));
      await allClosed();
    }
    start().then(async () => {
      await transfers(100);
      const before = descriptors();
      await transfers(3000);
      console.log(JSON.stringify({ more: descriptors() - before, relayed: relayedBytes() > 100_000_000 }));
      origin.close(); proxy.close();
    });`;
  const { code, stdout, stderr } = await runNode(['-e', source], { timeout: 120_000 });
  t.is(stderr, '');
  t.deepEqual(JSON.parse(stdout), { more: 0, relayed: true });
  t.is(code, 0);
});

onLinux('100 relays that stand still hold a bounded number of pipes, and give them back', async (t) => {
  t.timeout(60_000);
  const source = `${PROXY}
    start().then(async () => {
      await transfer(400_000);
      await allClosed();
      const before = descriptors();
      // Unix sockets, whose buffers are small.
      const folder = fs.mkdtempSync('/tmp/relay-');
      const paused = net.createServer((c) => { held(c).pause(); }).listen(folder + '/paused');
      await once(paused, 'listening');
      const slow = net.createServer((near) => {
        held(near).pipe(held(net.connect(folder + '/paused')));
      }).listen(folder + '/slow');
      await once(slow, 'listening');
      const clients = [];
      for (let i = 0; i < 100; i++) clients.push(held(net.connect(folder + '/slow')));
      const data = Buffer.alloc(8_000_000);
      for (const client of clients) client.write(data);
      let last = relayedBytes();
      while (open.size < 400 || relayedBytes() === last) await turn();
      while (last !== (last = relayedBytes())) await new Promise((resolve) => setTimeout(resolve, 300));
      // Two servers and 400 sockets more.
      const pipes = descriptors() - before - 2 - 4 * 100;
      for (const socket of open) socket.destroy();
      await allClosed();
      const relayed = relayedBytes();
      await transfer(2_000_000);
      await allClosed();
      if (relayedBytes() === relayed) console.log('no relay any more');
      console.log(JSON.stringify({ pipes, left: descriptors() - before - 2 }));
      for (const server of [origin, proxy, paused, slow]) server.close();
      process.on('exit', () => fs.rmSync(folder, { recursive: true }));
    });`;
  const { code, stdout, stderr } = await runNode(['-e', source], { timeout: 60_000 });
  t.is(stderr, '');
  const { pipes, left } = JSON.parse(stdout);
  t.true(pipes <= 128, stdout);
  // A few empty ones stay open for the next.
  t.true(left <= 8, stdout);
  t.is(code, 0);
});

onLinux('without a descriptor to spare the bytes pass all the same', async (t) => {
  const source = `${PROXY}
    start().then(async () => {
      const taken = [];
      origin.once('connection', () => setImmediate(() => {
        try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
      }));
      await transfer(3_000_000);
      console.log(taken.length > 0);
      for (const fd of taken) fs.closeSync(fd);
      await transfer(3_000_000);
      console.log(relayedBytes() > 0);
      origin.close(); proxy.close();
    });`;
  const shell = ['-c', `ulimit -n 200 && exec "$0" -e "$1"`, process.execPath, source];
  const { code, stdout, stderr } = await runNode(shell, { node: '/bin/sh' });
  t.is(stderr, '');
  t.is(stdout, 'true\ntrue\n');
  t.is(code, 0);
});

test.serial('a program exits in the middle of a relay', async (t) => {
  const source = `${PROXY}
    start().then(async () => {
      transfer(1_000_000_000);
      while (relayedBytes() < 4_000_000) await turn();
      process.exit(7);
    });`;
  const { code, signal, stderr } = await runNode(['-e', source]);
  t.deepEqual({ code, signal, stderr }, { code: 7, signal: null, stderr: '' });
});

test.serial('a program ends by itself when the last relay has', async (t) => {
  const source = `${PROXY}
    start().then(async () => {
      await transfer(4_000_000);
      origin.close(); proxy.close();
      process.on('exit', () => console.log(relayedBytes() > 0));
    });`;
  const { code, stdout, stderr } = await runNode(['-e', source]);
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'true\n', stderr: '' });
});

onLinux('workers that are terminated in the middle of a relay leave no descriptors', async (t) => {
  t.timeout(60_000);
  const worker = `${PROXY}
    start().then(async () => {
      // Nobody reads: the relay stands with bytes in its pipe.
      origin.removeAllListeners('connection');
      origin.on('connection', (c) => quiet(c).pause());
      transfer(50_000_000);
      while (relayedBytes() === 0) await turn();
      require('node:worker_threads').parentPort.postMessage('relaying');
    });`;
  const source = `
    const { Worker } = require('node:worker_threads');
    const { once } = require('node:events');
    const fs = require('node:fs');
    const descriptors = () => fs.readdirSync('/proc/self/fd').length;
    async function round() {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      await once(worker, 'message');
      await worker.terminate();
    }
    (async () => {
      await round();
      const before = descriptors();
      for (let i = 0; i < 5; i++) await round();
      console.log(descriptors() - before);
    })();`;
  const { code, stdout, stderr } = await runNode(['-e', source], { timeout: 60_000 });
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '0\n', stderr: '' });
});

onLinux(
  'a destination that is gone is EPIPE, and no SIGPIPE reaches a program that listens to it',
  async (t) => {
    const source = `${PROXY}
    let signals = 0;
    process.on('SIGPIPE', () => signals++);
    (async () => {
      await once(origin.listen(0, '127.0.0.1'), 'listening');
      const [near, client, far, end] = await sockets();
      near.pipe(far, { end: false });
      client.write(Buffer.alloc(1_000_000));
      // A FIN first, then the reset that unread bytes make of a close: then writing is EPIPE (tcp_reset, net/ipv4/tcp_input.c).
      end.end();
      await once(far, 'end');
      while (relayedBytes() < 100_000) await turn();
      end.destroy();
      await once(end, 'close');
      far.on('error', (error) => console.log(error.code, error.syscall));
      client.write(Buffer.alloc(4_000_000));
      await new Promise((resolve) => far.on('close', resolve));
      for (let i = 0; i < 5; i++) await turn();
      console.log('signals', signals);
      process.exit();
    })();
    async function sockets() {
      const made = [];
      const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      for (let i = 0; i < 2; i++) {
        const there = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
        const [here] = await once(server, 'connection');
        made.push(...(i === 0 ? [here, there] : [there.resume(), here]));
      }
      return made.map(held);
    }`;
    const { code, stdout, stderr } = await runNode(['-e', source]);
    t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'EPIPE write\nsignals 0\n', stderr: '' });
  },
);
