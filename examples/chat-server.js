'use strict';
// A chat: every line goes to everybody else. Lines typed here go to all; the end of the input (Ctrl-D) ends
// the chat.
//
//   node examples/chat-server.js [port=4001] [host=127.0.0.1]
//
// Join with chat-client.js.

const readline = require('node:readline');
const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

const { port, host } = readArgs({ port: 4001, host: '127.0.0.1' });

/** The name of each socket, undefined until it has joined. */
const names = new Map();

function tell(text, except) {
  console.log(text);
  for (const [socket, name] of names) {
    if (name && socket !== except && socket.writable) socket.write(`${text}\n`);
  }
}

/** The first line of a client is its name, each further line is something said. */
function hear(socket, line) {
  if (names.get(socket)) return tell(`${names.get(socket)}: ${line}`, socket);
  names.set(socket, line || 'somebody');
  socket.write(`Welcome, ${names.get(socket)}\n`);
  tell(`${names.get(socket)} joined`, socket);
}

const server = net.createServer((socket) => {
  names.set(socket, undefined);
  // A chunk of TCP may hold half a line or three: readline makes lines of them again.
  const lines = readline.createInterface({ input: socket });
  lines.on('line', (line) => hear(socket, line));
  // The errors of the socket, which readline passes on: 'close' follows and says all that the others need.
  lines.on('error', () => {});
  socket.on('close', () => {
    const name = names.get(socket);
    names.delete(socket);
    if (name) tell(`${name} left`);
  });
});

server.on('error', fail);
server.listen({ port, host }, () => {
  const at = server.address();
  console.log(`Chat on ${show(at.address, at.port)}`);
  const keyboard = readline.createInterface({ input: process.stdin });
  keyboard.on('line', (line) => tell(`server: ${line}`));
  keyboard.on('close', () => {
    server.close(() => console.log('Chat closed'));
    for (const socket of names.keys()) socket.end();
  });
});
