'use strict';
// Reads and drops.

const { ignoreResets, net, serve } = require('./program.js');

const server = net.createServer((socket) => {
  ignoreResets(socket);
  socket.on('data', () => {});
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
