'use strict';
// Sends back every datagram.

const { dgram, serve } = require('./program.js');

const socket = dgram.createSocket('udp4');
socket.on('message', (message, { port, address }) => socket.send(message, port, address));
socket.bind(0, '127.0.0.1', () => serve(socket.address().port));
