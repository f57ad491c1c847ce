'use strict';
// Datagrams there and back.
//
//   node examples/udp-echo.js serve [port=4003] [host=127.0.0.1]            until Ctrl-C
//   node examples/udp-echo.js send  [port=4003] [host=127.0.0.1] [message]

const { dgram, net } = require('..');
const { fail, readMode, show } = require('./args.js');

const endpoint = { port: 4003, host: '127.0.0.1' };
const { mode, port, host, message } = readMode({ serve: endpoint, send: { ...endpoint, message: 'hello' } });

const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');

socket.on('error', (error) => {
  fail(error);
  socket.close();
});

function serve() {
  socket.on('message', (data, from) => {
    console.log(`${from.size} bytes from ${show(from.address, from.port)}`);
    socket.send(data, from.port, from.address);
  });
  socket.bind(port, host, () => {
    const at = socket.address();
    console.log(`UDP echo on ${show(at.address, at.port)}`);
  });
}

function send() {
  // Nobody tells the sender of a datagram that it was lost: only silence does.
  const patience = setTimeout(() => {
    fail(new Error(`No answer from ${show(host, port)}`));
    socket.close();
  }, 3000);
  socket.on('close', () => clearTimeout(patience));
  socket.on('message', (data, from) => {
    console.log(`${show(from.address, from.port)} answered: ${data}`);
    socket.close();
  });
  socket.send(message, port, host);
}

if (mode === 'serve') serve();
else send();
