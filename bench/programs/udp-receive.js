'use strict';
// Counts datagrams.

const { dgram, serve } = require('./program.js');

let messages = 0;
const socket = dgram.createSocket('udp4');
socket.on('message', () => {
  messages++;
});
socket.bind(0, '127.0.0.1', () => serve(socket.address().port, () => ({ messages })));
