'use strict';
// The module object, the constructor, the prototype and instances have the shape of the running Node's.

const test = require('ava');
const EventEmitter = require('node:events');
const { builtin, ours } = require('../helpers/implementations.js');

/** Offered on every version; not enumerable where Node does not have them. */
const ADDITIONS = new Set(['bindSync', 'connectSync']);

function shapeOf(value) {
  if (typeof value !== 'function') return typeof value;
  const { name, length } = value;
  const keys = Reflect.ownKeys(value).map(String).sort();
  return { name, length, keys, isAsync: value.constructor.name };
}

function describe(object, key) {
  const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
  return get || set
    ? { ...flags, get: shapeOf(get), set: shapeOf(set) }
    : { ...flags, value: shapeOf(value) };
}

const isAddition = (key) => ADDITIONS.has(key) && !Object.hasOwn(builtin.dgram.Socket.prototype, key);
const keysOf = (object) => Reflect.ownKeys(object).filter((key) => !isAddition(key));

/** Own members in their order; symbols of the implementation itself have no part in it. */
function members(object) {
  return keysOf(object).map((key) => [String(key), describe(object, key)]);
}

test('the module object', (t) => {
  t.deepEqual(members(ours.dgram), members(builtin.dgram));
});

test('the constructor', (t) => {
  t.deepEqual(members(ours.dgram.Socket), members(builtin.dgram.Socket));
  t.is(Object.getPrototypeOf(ours.dgram.Socket), EventEmitter);
});

test('the prototype: every member with its descriptor, name and length', (t) => {
  const [actual, expected] = [ours, builtin].map(({ dgram }) => new Map(members(dgram.Socket.prototype)));
  t.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [key, description] of expected) t.deepEqual(actual.get(key), description, key);
  t.is(Object.getPrototypeOf(ours.dgram.Socket.prototype), EventEmitter.prototype);
});

test('the prototype: enumerable members come in the same order', (t) => {
  const [actual, expected] = [ours, builtin].map(({ dgram }) => Object.keys(dgram.Socket.prototype));
  t.deepEqual(actual, expected);
});

test('additions are there on every version', (t) => {
  for (const name of ADDITIONS) {
    const descriptor = Object.getOwnPropertyDescriptor(ours.dgram.Socket.prototype, name);
    t.is(typeof descriptor.value, 'function');
    t.is(descriptor.enumerable, Object.hasOwn(builtin.dgram.Socket.prototype, name));
  }
});

test('what a new socket has', (t) => {
  const [actual, expected] = [ours, builtin].map(({ dgram }) => {
    const socket = dgram.createSocket('udp6');
    const seen = {
      keys: Object.keys(socket),
      type: socket.type,
      string: String(socket),
      tag: Object.prototype.toString.call(socket),
      constructorName: socket.constructor.name,
      chain: [socket instanceof dgram.Socket, socket instanceof EventEmitter],
      events: socket.eventNames(),
      queue: [socket.getSendQueueSize(), socket.getSendQueueCount()],
      returned: [socket.ref() === socket, socket.unref() === socket],
    };
    seen.closed = socket.close() === socket;
    return seen;
  });
  t.deepEqual(actual, expected);
});

test('inheriting by call and by class', (t) => {
  for (const { dgram } of [builtin, ours]) {
    function Old() {
      dgram.Socket.call(this, 'udp4');
    }
    Object.setPrototypeOf(Old.prototype, dgram.Socket.prototype);
    class New extends dgram.Socket {}
    for (const socket of [new Old(), new New('udp4')]) {
      t.true(socket instanceof dgram.Socket);
      t.is(socket.type, 'udp4');
      socket.close();
    }
  }
});

test('calling the constructor without new gives a socket (the built-in gives undefined)', (t) => {
  const socket = ours.dgram.Socket('udp4');
  t.true(socket instanceof ours.dgram.Socket);
  socket.close();
});
