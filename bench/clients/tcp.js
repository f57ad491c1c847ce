'use strict';
// Clients that exchange small messages with a TCP program under test.

const { once } = require('node:events');
const { net } = require('../..');
const { Latencies, now, Rate } = require('./report.js');

const HOST = '127.0.0.1';

/** A connection; that the program ends it is a failure. */
async function connect({ port }) {
  const socket = net.connect({ port, host: HOST, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function failAtEnd(socket) {
  socket.on('end', () => {
    throw new Error('the program has ended a connection');
  });
}

/** Some connections, one after the other. */
async function connectAll(options) {
  const sockets = [];
  while (sockets.length < options.connections) sockets.push(await connect(options));
  return sockets;
}

/** A connection with at most one message in flight. */
class Caller {
  waits = false;
  #socket;
  #message;
  /** Bytes of the current answer that have come. */
  #received = 0;

  /** `onAnswer` gets the caller when an answer is complete. */
  constructor(socket, { size }, onAnswer) {
    this.#socket = socket;
    this.#message = Buffer.alloc(size, 'x');
    failAtEnd(socket);
    socket.on('data', (data) => {
      this.#received += data.length;
      if (this.#received < size) return;
      if (this.#received > size) throw new Error('the program sends more than it got');
      this.waits = false;
      onAnswer(this);
    });
  }

  send() {
    this.waits = true;
    this.#received = 0;
    this.#socket.write(this.#message);
  }
}

/** With an immediate to come the event loop looks for answers without sleeping. */
function stayAwake() {
  setImmediate(stayAwake);
}

/** One connection, one message at a time. */
async function pingPong(options) {
  const socket = await connect(options);
  const latencies = new Latencies(options.seconds);
  return new Promise((resolve) => {
    let sent;
    const send = (caller) => {
      sent = now();
      caller.send();
    };
    const onAnswer = (caller) => (latencies.add(sent) ? send(caller) : resolve(latencies.report()));
    send(new Caller(socket, options, onAnswer));
  });
}

/** Many connections, each with one message in flight. */
async function echo(options) {
  const sockets = await connectAll(options);
  if (options.awake) stayAwake();
  const rate = new Rate(options.seconds);
  return new Promise((resolve) => {
    const onAnswer = (caller) => (rate.add(1) ? caller.send() : resolve(rate.report()));
    for (const socket of sockets) new Caller(socket, options, onAnswer).send();
  });
}

/**
 * Messages at a fixed rate, evenly spaced, from the connections by turns. One whose answer has not come is passed over: a
 * program that cannot keep up shows a lower rate.
 */
async function echoRate(options) {
  let answered = 0;
  const onAnswer = () => answered++;
  const callers = (await connectAll(options)).map((socket) => new Caller(socket, options, onAnswer));
  const gap = 1_000 / options.rate;
  const rate = new Rate(options.seconds);
  let [next, turn] = [now(), 0];
  return new Promise((resolve) => {
    const tick = () => {
      for (const time = now(); next <= time; next += gap) {
        const caller = callers[turn++ % callers.length];
        if (!caller.waits) caller.send();
      }
      if (!rate.add(answered)) return resolve(rate.report());
      answered = 0;
      setImmediate(tick);
    };
    tick();
  });
}

module.exports = { connect, connectAll, echo, echoRate, failAtEnd, HOST, pingPong, stayAwake };
