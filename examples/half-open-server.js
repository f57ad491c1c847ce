'use strict';
// Tells how small a text becomes when it is compressed. The answer takes the whole text, so the client ends its
// side first and goes on reading: the connection is half open until the server has answered.
//
//   node examples/half-open-server.js [port=4002] [host=127.0.0.1]
//   cat README.md | node examples/echo-client.js 4002

const zlib = require('node:zlib');
const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

const { port, host } = readArgs({ port: 4002, host: '127.0.0.1' });

// Without allowHalfOpen the socket would answer the client's end with its own at once, before zlib is ready.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => {
    const text = Buffer.concat(chunks);
    zlib.gzip(text, (error, small) => {
      if (error) return socket.destroy(error);
      console.log(`Compressed ${text.length} bytes`);
      // Now it is for this side to end: allowHalfOpen leaves that to the program.
      socket.end(`${text.length} bytes become ${small.length}\n`);
    });
  });
  socket.on('error', (error) => console.log(`A client failed: ${error.code}`));
});

server.on('error', fail);
server.listen({ port, host }, () => {
  const at = server.address();
  console.log(`Compressing on ${show(at.address, at.port)}`);
});
