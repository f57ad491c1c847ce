'use strict';
// Sorts lines. The answer can only be given when the last line is there, so the client ends its side first and
// goes on reading: the connection is half open until the server has answered.
//
//   node examples/half-open-server.js [port=4002] [host=127.0.0.1]
//   printf 'pear\napple\n' | node examples/echo-client.js 4002

const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

const { port, host } = readArgs({ port: 4002, host: '127.0.0.1' });

// Without allowHalfOpen the socket would answer the client's end with its own, and nothing could be sent.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  socket.setEncoding('utf8'); // A character of several bytes may come in two chunks.
  socket.on('data', (chunk) => (text += chunk));
  socket.on('end', () => {
    const lines = text.match(/[^\n]+/g) ?? [];
    console.log(`Sorted ${lines.length} lines`);
    // Now it is for this side to end: allowHalfOpen leaves that to the program.
    socket.end(`${lines.sort().join('\n')}\n`);
  });
  socket.on('error', (error) => console.log(`A client failed: ${error.code}`));
});

server.on('error', fail);
server.listen({ port, host }, () => {
  const at = server.address();
  console.log(`Sorting on ${show(at.address, at.port)}`);
});
