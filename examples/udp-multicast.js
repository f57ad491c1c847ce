'use strict';
// One datagram to every host that has joined a group.
//
//   node examples/udp-multicast.js listen [port=4005] [group=239.255.42.99] [via]             until Ctrl-C
//   node examples/udp-multicast.js send   [port=4005] [group=239.255.42.99] [via] [message]
//
// `via` is this host's address on the network to use; 0.0.0.0, the default, lets the system choose.

const os = require('node:os');
const { dgram } = require('..');
const { fail, readMode, show } = require('./args.js');

const common = { port: 4005, group: '239.255.42.99', via: '0.0.0.0' };
const { mode, port, group, via, message } = readMode({
  listen: common,
  send: { ...common, message: `${os.hostname()} is here` },
});

// reuseAddr: several programs of one host may listen on the port.
const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });

socket.on('error', (error) => {
  fail(error);
  socket.close();
});

/** What may fail in a listener of the socket, reported like the failures of the socket itself. */
function attempt(action) {
  try {
    action();
  } catch (error) {
    socket.emit('error', error);
  }
}

function listen() {
  socket.addMembership(group, via);
  console.log(`Listening to ${show(group, socket.address().port)}`);
}

function send() {
  socket.setMulticastInterface(via);
  socket.setMulticastTTL(1); // Not beyond the next router.
  socket.send(message, port, group, (error) => {
    if (error) return socket.emit('error', error);
    console.log(`Sent to ${show(group, port)}`);
    socket.close();
  });
}

socket.on('message', (data, from) => console.log(`${show(from.address, from.port)}: ${data}`));
// The listener binds to all addresses: what goes to the group goes to none of the host's own.
if (mode === 'listen') socket.bind(port, () => attempt(listen));
else socket.bind(() => attempt(send));
