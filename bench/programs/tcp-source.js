'use strict';
// Writes as much as each client reads: blocks, with "framed" as first argument each with a head before it.

const { ignoreResets, net, rest, serve } = require('./program.js');

const block = Buffer.alloc(65536, 'x');
const head = Buffer.alloc(4, 'h');

const write = {
  plain: (socket) => socket.write(block),
  framed(socket) {
    socket.cork();
    socket.write(head);
    const hasRoom = socket.write(block);
    socket.uncork();
    return hasRoom;
  },
}[rest[0] ?? 'plain'];

const server = net.createServer((socket) => {
  ignoreResets(socket);
  const fill = () => {
    while (write(socket));
  };
  socket.on('drain', fill);
  fill();
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
