'use strict';
// Holds its connections and reports by how many bytes the process has grown since it listened.

const { ignoreResets, net, serve } = require('./program.js');

const sockets = [];
const server = net.createServer((socket) => {
  ignoreResets(socket);
  socket.on('data', () => {});
  sockets.push(socket);
});

/** Resident bytes, without what a garbage collection gives back. */
function resident() {
  for (let i = 0; i < 2; i++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

server.listen(0, '127.0.0.1', () => {
  const before = resident();
  serve(server.address().port, () => ({ grownBytes: resident() - before, connections: sockets.length }));
});
