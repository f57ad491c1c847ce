'use strict';
// dgram.Socket: an EventEmitter over a UDP handle. https://nodejs.org/api/dgram.html#class-dgramsocket
// A constructor function, because programs call it without `new` and inherit from it by util.inherits.

const builtin = require('node:dgram');
const EventEmitter = require('node:events');
const { isBlockList } = require('../block-list.js');
const { publishUdpSocket } = require('../channels.js');
const defaults = require('../defaults.js');
const {
  ERR_INVALID_ARG_TYPE,
  ERR_SOCKET_BAD_TYPE,
  ERR_SOCKET_DGRAM_NOT_CONNECTED,
  errnoException,
} = require('../errors.js');
const { bind, bindSync } = require('./bind.js');
const { connect, connectSync, disconnect } = require('./connect.js');
const { UDP } = require('../handles/udp.js');
const { addDeprecated } = require('./legacy.js');
const { lookupOf } = require('./lookup.js');
const { options } = require('./options.js');
const { send, sendto } = require('./send.js');
const { events, kState, running } = require('./state.js');
const { validateAbortSignal, validateFunction, validateUint32 } = require('../validate.js');

/** reusePort and the block lists. */
const since22 = defaults.major >= 22;

function Socket(type, listener) {
  if (!(this instanceof Socket)) return new Socket(type, listener);
  EventEmitter.call(this);
  const options = type !== null && typeof type === 'object' ? type : {};
  if (options === type) type = options.type;
  checkOptions(options);
  if (options.lookup !== undefined) validateFunction(options.lookup, 'lookup');
  if (type !== 'udp4' && type !== 'udp6') throw new ERR_SOCKET_BAD_TYPE();
  if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');

  this.type = type;
  if (typeof listener === 'function') this.on('message', listener);
  this[kState] = {
    handle: new UDP(type === 'udp6'),
    receiving: false,
    /** 'unbound', 'binding' or 'bound'. */
    binding: 'unbound',
    /** 'disconnected', 'connecting' or 'connected'. */
    connection: 'disconnected',
    /** What was asked for while binding; undefined when nothing was. */
    queue: undefined,
    lookup: lookupOf(type, options.lookup),
    ipv6Only: options.ipv6Only,
    reuseAddr: options.reuseAddr,
    reusePort: since22 ? options.reusePort : undefined,
    recvBufferSize: options.recvBufferSize,
    sendBufferSize: options.sendBufferSize,
    receiveBlockList: since22 ? options.receiveBlockList : undefined,
    sendBlockList: since22 ? options.sendBlockList : undefined,
  };
  this[kState].handle.attach(this, events);
  watchSignal(this, options.signal);
  publishUdpSocket(this);
}
Object.setPrototypeOf(Socket.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Socket, EventEmitter);

function checkOptions(options) {
  if (options.recvBufferSize) validateUint32(options.recvBufferSize, 'options.recvBufferSize');
  if (options.sendBufferSize) validateUint32(options.sendBufferSize, 'options.sendBufferSize');
  if (!since22) return;
  for (const name of ['receiveBlockList', 'sendBlockList']) {
    if (options[name] && !isBlockList(options[name])) {
      throw new ERR_INVALID_ARG_TYPE(`options.${name}`, 'an net.BlockList', options[name]);
    }
  }
}

function watchSignal(socket, signal) {
  if (signal === undefined) return;
  const onAbort = () => {
    if (socket[kState].handle) socket.close();
  };
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', onAbort));
}

function createSocket(type, listener) {
  return new Socket(type, listener);
}

const life = {
  close: function (callback) {
    const state = this[kState];
    if (typeof callback === 'function') this.on('close', callback);
    if (state.queue !== undefined) {
      state.queue.push(() => this.close());
      return this;
    }
    running(this);
    const { handle } = state;
    state.handle = null;
    state.receiving = false;
    handle.close();
    process.nextTick(() => this.emit('close'));
    return this;
  },

  ref: function () {
    this[kState].handle?.ref();
    return this;
  },

  unref: function () {
    this[kState].handle?.unref();
    return this;
  },
};

const addresses = {
  address: function () {
    return addressOf(running(this).handle, 'getsockname');
  },

  remoteAddress: function () {
    const { handle, connection } = running(this);
    if (connection !== 'connected') throw new ERR_SOCKET_DGRAM_NOT_CONNECTED();
    return addressOf(handle, 'getpeername');
  },
};

function addressOf(handle, syscall) {
  const out = {};
  const status = handle[syscall](out);
  if (status !== 0) throw errnoException(status, syscall);
  return out;
}

async function dispose() {
  if (!this[kState].handle) return;
  await new Promise((resolve) => this.close(resolve));
}

/** Every method in one table; the prototype has them in the order of the built-in's. */
const methods = {
  bind,
  bindSync,
  connect,
  connectSync,
  disconnect,
  sendto,
  send,
  close: life.close,
  ...addresses,
  ...options,
  ref: life.ref,
  unref: life.unref,
};

/** The built-in's methods have no names of their own. What it does not have is not enumerable. */
function addMethod(name, method) {
  Object.defineProperty(method, 'name', { value: '' });
  const enumerable = name in builtin.Socket.prototype;
  Object.defineProperty(Socket.prototype, name, {
    value: method,
    writable: true,
    enumerable,
    configurable: true,
  });
}

const builtinFirst = Object.keys(builtin.Socket.prototype).filter((name) => Object.hasOwn(methods, name));
for (const name of new Set([...builtinFirst, ...Object.keys(methods)])) addMethod(name, methods[name]);
addDeprecated(Socket.prototype);
addMethod(Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), dispose);

module.exports = { Socket, createSocket };
