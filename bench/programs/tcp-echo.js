'use strict';
// Sends back what it reads.

const { ignoreResets, net, serve } = require('./program.js');

const server = net.createServer({ noDelay: true }, (socket) => {
  ignoreResets(socket);
  socket.on('data', (data) => socket.write(data));
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
