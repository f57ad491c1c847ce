'use strict';
// Streams of bytes to, from and through a TCP program under test.

const { once } = require('node:events');
const { net } = require('../..');
const { now, print, secondsSince } = require('./report.js');
const { connect, failAtEnd, HOST } = require('./tcp.js');

const BLOCK = Buffer.alloc(64 * 1024, 'x');

/** Writes as much as the other side takes, as long as `goesOn` says so; then ends. */
function fill(socket, goesOn) {
  const more = () => {
    while (goesOn()) if (!socket.write(BLOCK)) return;
    socket.end();
  };
  socket.on('drain', more);
  more();
}

/** Reads until the time is over; the other side must not end before. */
function drain(socket, { seconds }) {
  const start = now();
  let bytes = 0;
  failAtEnd(socket);
  return new Promise((resolve) => {
    socket.on('data', (data) => {
      bytes += data.length;
      const passed = secondsSince(start);
      if (passed >= seconds) resolve({ bytes, seconds: passed });
    });
  });
}

/** Writes as much as the program takes; over when it has read everything and closed. */
async function write(options) {
  const socket = await connect(options);
  const start = now();
  fill(socket.resume(), () => secondsSince(start) < options.seconds);
  await once(socket, 'close');
  return { bytes: socket.bytesWritten, seconds: secondsSince(start) };
}

/** Reads as much as the program sends. */
const read = async (options) => drain(await connect(options), options);

/** Both ends of a proxy: says the port of the source first, then connects to the proxy and reads from it. */
async function relay(options) {
  const server = net.createServer((source) => fill(source, () => true));
  await once(server.listen(0, HOST), 'listening');
  print({ port: server.address().port });
  // The port of the proxy comes by standard input, when it listens.
  const [line] = await once(process.stdin.setEncoding('utf8'), 'data');
  return drain(await connect({ port: Number(line) }), options);
}

module.exports = { read, relay, write };
