'use strict';
// Sends what is typed and prints what comes back. The end of the input (Ctrl-D) ends the connection, and the
// program ends when the last byte is back.
//
//   node examples/echo-client.js [port=4000] [host=127.0.0.1]
//   echo hello | node examples/echo-client.js

const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

const { port, host } = readArgs({ port: 4000, host: '127.0.0.1' });

const socket = net.connect({ port, host });

socket.on('connect', () => {
  // Not to stdout: that is for what the server says, so that it can be piped on.
  console.error(`Connected to ${show(socket.remoteAddress, socket.remotePort)}`);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
});

socket.on('error', fail);
