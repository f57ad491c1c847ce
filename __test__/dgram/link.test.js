'use strict';
// A real link (a veth pair between two network namespaces, Linux and root only): datagrams larger than its MTU, and
// a rate so low that the kernel has no room.

const test = require('ava');
const { execFileSync, spawn } = require('node:child_process');
const { tmpdir } = require('node:os');
const { register, waitForLine } = require('../helpers/children.js');
const { ADDRESSES, DEVICE, makeLink, removeLink } = require('../helpers/link.js');

const link = makeLink();

const program = (end, source) =>
  spawn('ip', ['netns', 'exec', link[end], process.execPath, '-r', register, '-e', source], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const RECEIVER = `
  const socket = require('dgram').createSocket({ type: 'udp4', recvBufferSize: 8 << 20 });
  const sizes = [];
  socket.on('message', (message) => {
    if (message.some((byte) => byte !== message.length % 251)) console.log('broken');
    if (message.length === 1) { console.log('got ' + JSON.stringify(sizes)); socket.close(); }
    else sizes.push(message.length);
  });
  socket.bind(7777, '${ADDRESSES[1]}', () => console.log('ready'));`;

const sender = (sizes, options) => `
  const socket = require('dgram').createSocket(${JSON.stringify({ type: 'udp4', ...options })});
  let left = ${sizes.length}, queued = 0;
  socket.bind(0, () => {
    socket.unref();
    for (const size of ${JSON.stringify(sizes)}) {
      socket.send(Buffer.alloc(size, size % 251), 7777, '${ADDRESSES[1]}', (error) => {
        if (error) throw error;
        if (--left === 0) console.log('sent with a queue of ' + queued);
      });
    }
    setImmediate(() => (queued = socket.getSendQueueCount()));
  });`;

async function exchange(t, sizes, options) {
  const receiver = program('far', RECEIVER);
  await waitForLine(receiver, /ready/);
  const got = waitForLine(receiver, /got (.*)/);
  const sending = program('near', sender([...sizes, 1], options));
  const [, queued] = await waitForLine(sending, /queue of (\d+)/);
  t.deepEqual(JSON.parse((await got)[1]), sizes);
  return Number(queued);
}

const linkTest = link ? test.serial : test.skip;

test.after.always(() => {
  if (link) removeLink(link);
});

linkTest('runs of datagrams larger than the MTU arrive', async (t) => {
  const sizes = [100, 4000, 1472, 9000, 1473].flatMap((size) => new Array(40).fill(size));
  await exchange(t, sizes, { sendBufferSize: 8 << 20 });
});

linkTest('what the kernel has no room for waits, in order, and keeps the program alive', async (t) => {
  execFileSync(
    'tc',
    `-n ${link.near} qdisc add dev ${DEVICE} root tbf rate 40mbit burst 20kb latency 5s`.split(' '),
  );
  const sizes = Array.from({ length: 400 }, (_, i) => 900 + (i % 100));
  const queued = await exchange(t, sizes, { sendBufferSize: 20_000 });
  t.true(queued > 0);
});
