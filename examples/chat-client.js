'use strict';
// Joins the chat of chat-server.js: typed lines go to the others, their lines are printed. Ctrl-D leaves.
//
//   node examples/chat-client.js [port=4001] [host=127.0.0.1] [name]

const { net } = require('..');
const { fail, readArgs } = require('./args.js');

const { port, host, name } = readArgs({ port: 4001, host: '127.0.0.1', name: 'guest' });

const socket = net.connect({ port, host }, () => {
  socket.write(`${name}\n`);
  process.stdin.pipe(socket); // The end of the input ends this side of the connection.
});

socket.setEncoding('utf8'); // A character of several bytes may come in two chunks.
socket.on('data', (text) => process.stdout.write(text));
socket.on('error', fail);
// Also when it was the server that closed: nothing is left then that reads the input, and the program ends.
socket.on('close', () => console.log('Left the chat'));
