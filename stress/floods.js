'use strict';
// Peers that send without end, on the built-in.

const dgram = require('node:dgram');
const { once } = require('node:events');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');

/** `count` connections that write as fast as they can, and `newcomers` that come one by one from 1 s on. */
async function floodTcp({ count, newcomers = 0, ...to }, ready, ended) {
  const chunk = Buffer.alloc(64 * 1024, 'flood');
  const flood = () => {
    const socket = net.connect(to);
    const write = () => {
      while (socket.write(chunk));
    };
    socket.on('error', () => {}).on('connect', write);
    return socket.on('drain', write);
  };
  await Promise.all(Array.from({ length: count }, () => once(flood(), 'connect')));
  ready();
  await Promise.race([ended, sleep(1000)]);
  for (let i = 0; i < newcomers; i++) {
    net.connect(to).on('error', () => {});
    await Promise.race([ended, sleep(50)]);
  }
  await ended;
}

/** Datagrams of `size` bytes without a pause. */
async function floodUdp({ port, size, address = '127.0.0.1' }, ready, ended) {
  const socket = dgram.createSocket('udp4');
  socket.connect(port, address);
  await once(socket, 'connect');
  socket.on('error', () => {});
  ready();
  const message = Buffer.alloc(size);
  let over = false;
  ended.then(() => (over = true));
  while (!over) {
    for (let i = 0; i < 200; i++) socket.send(message, () => {});
    await new Promise(setImmediate);
  }
}

/** Connections that are made and closed, `abreast` at a time. */
async function floodConnections({ abreast, ...to }, ready, ended) {
  const live = () => {
    const socket = net.connect(to, () => socket.end('x'));
    socket
      .resume()
      .on('error', () => {})
      .on('close', live);
  };
  for (let i = 0; i < abreast; i++) live();
  ready();
  await ended;
}

module.exports = { floodConnections, floodTcp, floodUdp };
