'use strict';
// Writes as much as each client reads.

const { ignoreResets, net, serve } = require('./program.js');

const block = Buffer.alloc(65536, 'x');

const server = net.createServer((socket) => {
  ignoreResets(socket);
  const fill = () => {
    while (socket.write(block));
  };
  socket.on('drain', fill);
  fill();
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
