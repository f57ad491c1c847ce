'use strict';
// One datagram to every host of the network.
//
//   node examples/udp-broadcast.js listen [port=4004]                                  until Ctrl-C
//   node examples/udp-broadcast.js send   [port=4004] [to=255.255.255.255] [message]
//
// `to` may also be the broadcast address of one network, like 192.168.1.255.

const os = require('node:os');
const { dgram } = require('..');
const { fail, readMode, show } = require('./args.js');

const { mode, port, to, message } = readMode({
  listen: { port: 4004 },
  send: { port: 4004, to: '255.255.255.255', message: `${os.hostname()} is here` },
});

// reuseAddr: several programs of one host may listen on the port, and each gets the broadcasts.
const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });

socket.on('error', (error) => {
  fail(error);
  socket.close();
});

if (mode === 'listen') {
  socket.on('message', (data, from) => console.log(`${show(from.address, from.port)}: ${data}`));
  // To all addresses of this host: a socket bound to just one of them is not given what goes to the broadcast
  // address.
  socket.bind(port, () => console.log(`Listening for broadcasts on port ${socket.address().port}`));
} else {
  socket.bind(() => {
    // The system refuses to broadcast for a program that did not say it means to, and only a bound socket can.
    socket.setBroadcast(true);
    socket.send(message, port, to, (error) => {
      if (error) return socket.emit('error', error);
      console.log(`Sent to ${show(to, port)}`);
      socket.close();
    });
  });
}
