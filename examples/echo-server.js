'use strict';
// Sends back whatever it is sent, on any number of connections, until it is stopped with Ctrl-C.
//
//   node examples/echo-server.js [port=4000] [host=127.0.0.1]
//
// Talk to it with echo-client.js. Port 0 takes a free one and prints it.

const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

const { port, host } = readArgs({ port: 4000, host: '127.0.0.1' });

const server = net.createServer((socket) => {
  // Kept now: a closed socket has forgotten who its peer was.
  const peer = show(socket.remoteAddress, socket.remotePort);
  console.log(`${peer} connected`);
  // A client that breaks off is its own affair; the server goes on.
  socket.on('error', (error) => console.log(`${peer} failed: ${error.code}`));
  socket.on('close', () => console.log(`${peer} left, ${socket.bytesRead} bytes echoed`));
  // pipe() waits for a client that reads slowly, and ends the connection when the client has.
  socket.pipe(socket);
});

server.on('error', fail);
server.listen({ port, host }, () => {
  const at = server.address();
  console.log(`Echo server on ${show(at.address, at.port)}`);
});
