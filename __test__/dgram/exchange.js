'use strict';
// Bursts of datagrams from one socket to another, and what arrived.

const { createHash } = require('node:crypto');
const { once } = require('node:events');

async function bound(dgram, address, options = {}) {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const socket = dgram.createSocket({ type, recvBufferSize: 4 << 20, ...options });
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

async function end(...sockets) {
  for (const socket of sockets) {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}

const hashOf = (messages) => {
  const hash = createHash('sha256');
  for (const message of messages) hash.update(`${message.length}:`).update(message);
  return hash.digest('hex');
};

/** Sends in bursts and waits for each burst to arrive. Answers what arrived. */
async function exchange(sender, receiver, address, bursts) {
  const got = [];
  const sizes = [];
  let wanted = 0;
  let arrived = () => {};
  receiver.on('message', (message, info) => {
    got.push(message);
    sizes.push(info.size);
    if (got.length === wanted) arrived();
  });
  for (const burst of bursts) {
    wanted += burst.length;
    const done = new Promise((resolve) => (arrived = resolve));
    for (const message of burst) sender.send(message, receiver.address().port, address);
    await done;
  }
  return { got, sizes };
}

module.exports = { bound, end, exchange, hashOf };
