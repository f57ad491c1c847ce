'use strict';
// Sends to one address for some time: <implementation> <burst|single> <port> <bytes> <seconds>
// `burst` sends 64 datagrams, waits for their callbacks and goes on with the next immediate; `single` waits for
// each callback.

const { performance } = require('node:perf_hooks');
const { setImmediate } = require('node:timers/promises');
const { dgram, finish, rest } = require('./program.js');

const BURST = 64;

const [mode, port, bytes, seconds] = [rest[0], ...rest.slice(1).map(Number)];
const datagram = Buffer.alloc(bytes, 'x');
const socket = dgram.createSocket('udp4');
let messages = 0;

/** Resolves when the callbacks of `count` datagrams came. */
function send(count) {
  return new Promise((resolve, reject) => {
    let waiting = count;
    const onSent = (error) => {
      if (error) {
        reject(error);
        return;
      }
      messages++;
      if (--waiting === 0) resolve();
    };
    for (let i = 0; i < count; i++) socket.send(datagram, port, '127.0.0.1', onSent);
  });
}

async function run() {
  const start = performance.now();
  const end = start + seconds * 1000;
  let now = start;
  while (now < end) {
    if (mode === 'burst') {
      await send(BURST);
      await setImmediate();
    } else {
      await send(1);
    }
    now = performance.now();
  }
  finish({ messages, seconds: (now - start) / 1000 });
}

socket.bind(0, '127.0.0.1', run);
