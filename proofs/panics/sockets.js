'use strict';
// The sockets of a program into which a panic is planted, with what each of them told.

const assert = require('node:assert');
const { once } = require('node:events');
const { dgram, net } = require('../../index.js');
const { kState } = require('../../lib/dgram/state.js');

/** Every socket and server that was made, with its errors and its end. */
const all = new Map();

function watched(emitter) {
  const told = [];
  all.set(emitter, told);
  return emitter
    .on('error', (error) => told.push(`error ${error.code}`))
    .on('close', () => told.push('close'));
}

const connect = (server) => watched(net.connect(server.address().port, '127.0.0.1'));

async function listening(options, onConnection = () => {}) {
  const server = watched(net.createServer(options, (socket) => onConnection(watched(socket))));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** A connection whose sides both wait for data, the server's not with pauseOnConnect: { server, client, peer }. */
async function pair(options) {
  const server = await listening(options);
  const client = connect(server).resume();
  const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  if (!options?.pauseOnConnect) peer.resume();
  return { server, client, peer };
}

async function udp() {
  const socket = watched(dgram.createSocket('udp4'));
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

/** Sockets that work beside those that are harmed. */
async function echoes() {
  const server = await listening({}, (socket) => socket.on('data', (data) => socket.write(data)));
  const client = connect(server);
  await once(client, 'connect');
  const answering = await udp();
  answering.on('message', (message, { port }) => answering.send(message, port));
  const asking = await udp();
  return { client, asking, port: answering.address().port };
}

/** Both answer. */
async function answer({ client, asking, port }) {
  client.write('tcp');
  assert.equal(String((await once(client, 'data'))[0]), 'tcp');
  asking.send('udp', port, '127.0.0.1');
  assert.equal(String((await once(asking, 'message'))[0]), 'udp');
}

const told = (emitter) => all.get(emitter);

/** 'close' has come. */
async function closed(emitter) {
  while (!told(emitter).includes('close')) await once(emitter, 'close').catch(() => {});
}

/** Ends all that were made, and is done when they have closed: a server has when its connections have. */
async function endAll() {
  const open = [...all.keys()].filter((emitter) => !told(emitter).includes('close') && isOpen(emitter));
  for (const emitter of open) {
    if (emitter instanceof net.Socket) emitter.destroy();
    else emitter.close();
  }
  await Promise.all(open.map(closed));
}

/** A server or UDP socket that did not get an address is none. */
function isOpen(emitter) {
  if (emitter instanceof net.Socket) return true;
  return emitter instanceof net.Server ? emitter.listening : emitter[kState].binding === 'bound';
}

module.exports = {
  all,
  answer,
  closed,
  connect,
  dgram,
  echoes,
  endAll,
  listening,
  net,
  pair,
  told,
  udp,
  watched,
};
