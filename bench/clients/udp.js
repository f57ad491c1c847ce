'use strict';
// Senders to, and a receiver from, a UDP program under test. Runs of datagrams (UDP_SEGMENT, UDP_GRO) are ferronet's; plain
// datagrams are sent and received by the built-in, which has no runs.

const dgram = require('node:dgram');
const { once } = require('node:events');
const { setImmediate, setTimeout: sleep } = require('node:timers/promises');
const ferronet = require('../..');
const { Pace, waitUntil } = require('./pace.js');
const { Latencies, now, print, secondsSince } = require('./report.js');
const { HOST } = require('./tcp.js');

/** Bytes of a run: several fit into the default receive buffer (208 KiB with the kernel's bookkeeping). */
const MAX_RUN = 32 * 1024;
/** Datagrams the kernel cuts from one run at most (UDP_MAX_SEGMENTS of older kernels), and of a plain burst. */
const BURST = 64;
/** Milliseconds of silence that end the receiver once something has come; it looks several times in them. */
const QUIET = 300;
const LOOKS = 3;
/** A receiver that loses nothing because it was away for a moment. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;
const LEAST_BUFFER = 64 * 1024;
/** Milliseconds after which a datagram of a ping-pong is lost. */
const LOST = 200;

async function connect({ port }, { createSocket }) {
  const socket = createSocket('udp4');
  socket.connect(port, HOST);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the last of `count` datagrams has left. */
function send(socket, datagram, count) {
  for (let i = 1; i < count; i++) socket.send(datagram);
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => (error ? reject(error) : resolve()));
  });
}

async function sendBursts(socket, count, { port, seconds, size }) {
  const datagram = Buffer.alloc(size, 'x');
  const pace = new Pace(port);
  const start = now();
  let messages = 0;
  while (secondsSince(start) < seconds) {
    pace.wait();
    await send(socket, datagram, count);
    messages += count;
    await setImmediate();
  }
  return { messages, seconds: secondsSince(start) };
}

/** Bursts that leave as one run each, which the kernel cuts (UDP_SEGMENT), as QUIC senders make them. */
async function sendRuns(options) {
  const count = Math.min(Math.max(Math.floor(MAX_RUN / options.size), 1), BURST);
  return sendBursts(await connect(options, ferronet.dgram), count, options);
}

/** Single datagrams, many at a time. */
const sendPlain = async (options) => sendBursts(await connect(options, dgram), BURST, options);

/** Single datagrams, evenly spaced. */
async function sendRate(options) {
  const socket = await connect(options, dgram);
  const datagram = Buffer.alloc(options.size, 'x');
  const gap = 1_000 / options.rate;
  const start = now();
  let [next, messages] = [start, 0];
  while (secondsSince(start) < options.seconds) {
    waitUntil(next);
    // Time that was lost is not made up for: a burst would overrun the receiver.
    next = Math.max(next + gap, now());
    await send(socket, datagram, 1);
    messages++;
  }
  return { messages, seconds: secondsSince(start) };
}

/** One datagram at a time. One that is lost is sent again and not measured. */
async function pingPong(options) {
  const socket = await connect(options, ferronet.dgram);
  const datagram = Buffer.alloc(options.size, 'x');
  const latencies = new Latencies(options.seconds);
  return new Promise((resolve) => {
    let sent;
    const send = () => {
      sent = now();
      socket.send(datagram);
    };
    const lost = setInterval(send, LOST);
    socket.on('message', () => {
      lost.refresh();
      if (latencies.add(sent)) send();
      else resolve(latencies.report());
    });
    send();
  });
}

/** As large as the system lets it be: macOS refuses what is too large (kern.ipc.maxsockbuf). */
function enlargeBuffer(socket) {
  for (let size = RECEIVE_BUFFER; size >= LEAST_BUFFER; size /= 2) {
    try {
      return socket.setRecvBufferSize(size);
    } catch {}
  }
}

/** Counts what a program under test sends, until it is quiet. Says its port first, on a line of its own. */
async function receive({ gro }) {
  const socket = (gro ? ferronet.dgram : dgram).createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  enlargeBuffer(socket);
  let messages = 0;
  socket.on('message', () => messages++);
  print({ port: socket.address().port });

  await once(socket, 'message');
  const start = now();
  let [last, seen] = [start, 0];
  while (now() - last < QUIET) {
    if (messages > seen) last = now();
    seen = messages;
    await sleep(QUIET / LOOKS);
  }
  return { messages, seconds: (last - start) / 1_000 };
}

module.exports = { pingPong, receive, sendPlain, sendRate, sendRuns };
