'use strict';
// Ends what its clients end.

const { net, serve } = require('./program.js');

const server = net.createServer((socket) => socket.resume());

server.listen(0, '127.0.0.1', () => serve(server.address().port));
