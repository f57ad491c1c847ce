'use strict';
// dgram.Socket: an EventEmitter over a UDP handle. https://nodejs.org/api/dgram.html#class-dgramsocket
// A constructor function, because programs call it without `new` and inherit from it by util.inherits.

const EventEmitter = require('node:events');
const { isIP } = require('node:net');
const { bindArgs, bindSyncArgs, messageParts, sendArgs } = require('./args.js');
const { guessHandleType } = require('./binding.js');
const { isBlockList } = require('./block-list.js');
const { publishUdpSocket } = require('./channels.js');
const defaults = require('./defaults.js');
const {
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_FD_TYPE,
  ERR_IP_BLOCKED,
  ERR_MISSING_ARGS,
  ERR_SOCKET_ALREADY_BOUND,
  ERR_SOCKET_BAD_BUFFER_SIZE,
  ERR_SOCKET_BAD_TYPE,
  ERR_SOCKET_DGRAM_IS_CONNECTED,
  ERR_SOCKET_DGRAM_NOT_CONNECTED,
  ERR_SOCKET_DGRAM_NOT_RUNNING,
  addressException,
  bufferSizeError,
  errnoException,
} = require('./errors.js');
const { dns } = require('./lookup.js');
const { UDP } = require('./udp-handle.js');
const {
  validateAbortSignal,
  validateFunction,
  validateNumber,
  validatePort,
  validateString,
  validateUint32,
} = require('./validate.js');

const kState = Symbol('state');

function Socket(type, listener) {
  if (!(this instanceof Socket)) return new Socket(type, listener);
  EventEmitter.call(this);
  const options = type !== null && typeof type === 'object' ? type : {};
  if (options === type) type = options.type;
  checkOptions(options);
  if (options.lookup !== undefined) validateFunction(options.lookup, 'lookup');
  if (type !== 'udp4' && type !== 'udp6') throw new ERR_SOCKET_BAD_TYPE();

  this.type = type;
  if (typeof listener === 'function') this.on('message', listener);
  this[kState] = {
    handle: new UDP(type === 'udp6'),
    /** 'unbound', 'binding' or 'bound'. */
    binding: 'unbound',
    /** 'disconnected', 'connecting' or 'connected'. */
    connection: 'disconnected',
    /** What was asked for while binding; undefined when nothing was. */
    queue: undefined,
    lookup: options.lookup,
    ipv6Only: Boolean(options.ipv6Only),
    reuseAddr: Boolean(options.reuseAddr),
    reusePort: Boolean(options.reusePort),
    recvBufferSize: options.recvBufferSize,
    sendBufferSize: options.sendBufferSize,
    receiveBlockList: options.receiveBlockList,
    sendBlockList: options.sendBlockList,
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
  if (defaults.major < 22) return;
  for (const name of ['receiveBlockList', 'sendBlockList']) {
    if (options[name] && !isBlockList(options[name])) {
      throw new ERR_INVALID_ARG_TYPE(`options.${name}`, 'an net.BlockList', options[name]);
    }
  }
}

function watchSignal(socket, signal) {
  if (signal === undefined) return;
  validateAbortSignal(signal, 'options.signal');
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

/** The state of a socket that is not closed. */
function running(socket) {
  const state = socket[kState];
  if (!state.handle) throw new ERR_SOCKET_DGRAM_NOT_RUNNING();
  return state;
}

/**
 * A name to an address of the socket's family. The default, dns.lookup, is skipped for literals; a lookup of the
 * program's own is always asked.
 */
function resolve(socket, address, callback) {
  const { lookup } = socket[kState];
  const v6 = socket.type === 'udp6';
  const name = address || (v6 ? '::1' : '127.0.0.1');
  if (lookup) lookup(name, v6 ? 6 : 4, callback);
  else if (isIP(name)) callback(null, name);
  else dns.lookup(name, v6 ? 6 : 4, callback);
}

/** Runs `task` when binding has ended. */
function whenBound(socket, task) {
  const state = socket[kState];
  if (state.queue === undefined) {
    state.queue = [];
    socket.once('listening', runQueue);
    socket.once('error', dropQueue);
  }
  state.queue.push(task);
}

function runQueue() {
  this.removeListener('error', dropQueue);
  const { queue } = this[kState];
  this[kState].queue = undefined;
  for (const task of queue) task();
}

function dropQueue() {
  this.removeListener('listening', runQueue);
  this[kState].queue = undefined;
}

// ---- binding

Socket.prototype.bind = function (port, address) {
  const state = running(this);
  if (state.binding !== 'unbound') throw new ERR_SOCKET_ALREADY_BOUND();
  state.binding = 'binding';
  const callback = arguments.length > 0 ? arguments[arguments.length - 1] : undefined;
  if (typeof callback === 'function') onceBound(this, callback);
  const wanted = bindArgs(port, address);
  if (Number.isInteger(wanted.fd) && wanted.fd > 0) {
    adopt(this, wanted.fd);
    return this;
  }
  const any = this.type === 'udp6' ? '::' : '0.0.0.0';
  const bound = (error, ip) => {
    if (!state.handle) return;
    if (error) {
      state.binding = 'unbound';
      this.emit('error', error);
      return;
    }
    const failed = bindHandle(state, ip, wanted.port);
    if (failed) {
      state.binding = 'unbound';
      this.emit('error', failed);
    } else {
      startListening(this);
    }
  };
  // The built-in binds with the next tick at the earliest.
  resolve(this, wanted.address || any, (...result) => process.nextTick(bound, ...result));
  return this;
};

/** bind's callback hears of 'listening', unless an error comes first. */
function onceBound(socket, callback) {
  function remove() {
    socket.removeListener('error', remove);
    socket.removeListener('listening', onListening);
  }
  function onListening() {
    remove();
    callback.call(socket);
  }
  socket.on('error', remove);
  socket.on('listening', onListening);
}

function adopt(socket, fd) {
  const { handle } = socket[kState];
  const type = guessHandleType(fd);
  if (type !== 'UDP') throw new ERR_INVALID_FD_TYPE(type);
  const status = handle.opened(handle.adopt(fd));
  if (status !== 0) throw errnoException(status, 'open');
  startListening(socket);
}

/** The error of binding, or null. Ports are as lenient as the built-in's: the low 16 bits of a number. */
function bindHandle(state, ip, port) {
  const { handle, ipv6Only, reuseAddr, reusePort } = state;
  const status = handle.opened(handle.bind(ip, (port || 0) & 0xffff, ipv6Only, reuseAddr, reusePort));
  return status === 0 ? null : addressException(status, 'bind', ip, port);
}

function startListening(socket, emit = () => socket.emit('listening')) {
  const state = socket[kState];
  state.binding = 'bound';
  if (state.recvBufferSize) bufferSize(socket, state.recvBufferSize, RECEIVE);
  if (state.sendBufferSize) bufferSize(socket, state.sendBufferSize, SEND);
  emit();
}

Socket.prototype.bindSync = function (...args) {
  const { port = 0, address } = bindSyncArgs(...args);
  const state = running(this);
  if (state.binding !== 'unbound') throw new ERR_SOCKET_ALREADY_BOUND();
  validatePort(port, 'options.port');
  if (address !== undefined) {
    validateString(address, 'options.address');
    requireLiteral(address, 'options.address', 'bindSync');
  }
  const failed = bindHandle(state, address || (this.type === 'udp6' ? '::' : '0.0.0.0'), port);
  if (failed) throw failed;
  startListening(this, () => process.nextTick(() => state.handle && this.emit('listening')));
  return this.address();
};

function requireLiteral(address, name, caller) {
  if (address !== '' && !isIP(address)) {
    throw new ERR_INVALID_ARG_VALUE(
      name,
      address,
      `must be a numeric IP address; ${caller} does not perform DNS resolution`,
    );
  }
}

// ---- connecting

Socket.prototype.connect = function (port, address, callback) {
  port = validatePort(port, 'Port', false);
  if (typeof address === 'function') {
    callback = address;
    address = '';
  } else if (address === undefined) {
    address = '';
  }
  validateString(address, 'address');
  const state = this[kState];
  if (state.connection !== 'disconnected') throw new ERR_SOCKET_DGRAM_IS_CONNECTED();
  state.connection = 'connecting';
  if (state.binding === 'unbound') this.bind({ port: 0, exclusive: true }, null);
  const connect = () => {
    if (callback) this.once('connect', callback);
    resolve(this, address, (error, ip) => finishConnect(this, error, ip, address, port, callback));
  };
  if (state.binding === 'bound') connect();
  else whenBound(this, connect);
};

function finishConnect(socket, error, ip, address, port, callback) {
  const state = socket[kState];
  if (!state.handle) return;
  const failed = error || connectHandle(state, ip, address, port);
  if (!failed) {
    state.connection = 'connected';
    process.nextTick(() => socket.emit('connect'));
    return;
  }
  state.connection = 'disconnected';
  process.nextTick(() => {
    if (callback) {
      socket.removeListener('connect', callback);
      callback(failed);
    } else {
      socket.emit('error', failed);
    }
  });
}

/** The error of connecting, or null. */
function connectHandle(state, ip, address, port) {
  if (state.sendBlockList?.check(ip, `ipv${isIP(ip)}`)) return new ERR_IP_BLOCKED(ip);
  const status = state.handle.connect(ip, port);
  return status === 0 ? null : addressException(status, 'connect', address || ip, port);
}

Socket.prototype.connectSync = function (port, address) {
  port = validatePort(port, 'Port', false);
  if (address !== undefined) {
    validateString(address, 'address');
    if (address !== '' && !isIP(address)) requireLiteral(address, 'address', 'connectSync');
  }
  const state = running(this);
  if (state.connection !== 'disconnected') throw new ERR_SOCKET_DGRAM_IS_CONNECTED();
  if (state.binding === 'unbound') this.bindSync();
  const ip = address || (this.type === 'udp6' ? '::1' : '127.0.0.1');
  const failed = connectHandle(state, ip, address, port);
  if (failed) throw failed;
  state.connection = 'connected';
  process.nextTick(() => state.handle && this.emit('connect'));
};

Socket.prototype.disconnect = function () {
  const state = this[kState];
  if (state.connection !== 'connected') throw new ERR_SOCKET_DGRAM_NOT_CONNECTED();
  const status = state.handle.disconnect();
  if (status !== 0) throw errnoException(status, 'connect');
  state.connection = 'disconnected';
};

// ---- sending

Socket.prototype.send = function (buffer, offset, length, port, address, callback) {
  const state = this[kState];
  const connected = state.connection === 'connected';
  const message = sendArgs(connected, buffer, offset, length, port, address, callback);
  const parts = messageParts(message.buffer);
  if (!connected) message.port = validatePort(message.port, 'Port', false);
  if (typeof message.callback !== 'function') message.callback = undefined;
  if (typeof message.address === 'function') {
    message.callback = message.address;
    message.address = undefined;
  } else if (message.address && typeof message.address !== 'string') {
    throw new ERR_INVALID_ARG_TYPE('address', 'of type string', message.address);
  }
  running(this);
  if (state.binding === 'unbound') this.bind({ port: 0, exclusive: true }, null);
  if (state.binding !== 'bound') {
    whenBound(this, () => this.send(parts, message.port, message.address, message.callback));
    return;
  }
  if (connected) transmit(this, parts, undefined, message);
  else resolve(this, message.address, (error, ip) => transmitTo(this, error, ip, parts, message));
};

function transmitTo(socket, error, ip, parts, message) {
  const state = socket[kState];
  if (!error && !state.handle) return;
  if (!error && state.sendBlockList?.check(ip, `ipv${isIP(ip)}`)) error = new ERR_IP_BLOCKED(ip);
  if (!error) {
    transmit(socket, parts, ip, message);
  } else if (message.callback) {
    process.nextTick(message.callback, error);
  } else if (error.code !== 'ERR_IP_BLOCKED') {
    process.nextTick(() => socket.emit('error', error));
  }
}

function transmit(socket, parts, ip, { address, port, callback }) {
  let length = 0;
  for (const part of parts) length += part.length;
  const fail = (status) => addressException(status, 'send', address, port);
  const done = callback && ((result) => (result < 0 ? callback(fail(result)) : callback(null, result)));
  const status = socket[kState].handle.send(parts, length, ip, port, done);
  // Without a callback a failed send is silent, as with the built-in.
  if (status < 0 && callback) process.nextTick(callback, fail(status));
}

/** The old name of send with all arguments. */
Socket.prototype.sendto = function (buffer, offset, length, port, address, callback) {
  validateNumber(offset, 'offset');
  validateNumber(length, 'length');
  validateNumber(port, 'port');
  validateString(address, 'address');
  this.send(buffer, offset, length, port, address, callback);
};

// ---- what the handle calls (lib/udp-handle.js)

const events = {
  message(socket, message, info) {
    const { handle, receiveBlockList } = socket[kState];
    if (!handle) return;
    if (receiveBlockList?.check(info.address, info.family.toLowerCase())) return;
    socket.emit('message', message, info);
  },

  error(socket, status) {
    if (socket[kState].handle) socket.emit('error', errnoException(status, 'recvmsg'));
  },
};

// ---- ending

Socket.prototype.close = function (callback) {
  const state = this[kState];
  if (typeof callback === 'function') this.on('close', callback);
  if (state.queue !== undefined) {
    state.queue.push(() => this.close());
    return this;
  }
  running(this);
  const { handle } = state;
  state.handle = null;
  handle.close();
  process.nextTick(() => this.emit('close'));
  return this;
};

Socket.prototype[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')] = Object.defineProperty(
  async function () {
    if (!this[kState].handle) return;
    await new Promise((resolve) => this.close(resolve));
  },
  'name',
  { value: '', configurable: true },
);

// ---- addresses

Socket.prototype.address = function () {
  return addressOf(running(this).handle, 'getsockname');
};

Socket.prototype.remoteAddress = function () {
  const { handle, connection } = running(this);
  if (connection !== 'connected') throw new ERR_SOCKET_DGRAM_NOT_CONNECTED();
  return addressOf(handle, 'getpeername');
};

function addressOf(handle, syscall) {
  const out = {};
  const status = handle[syscall](out);
  if (status !== 0) throw errnoException(status, syscall);
  return out;
}

// ---- options

function check(status, syscall) {
  if (status !== 0) throw errnoException(status, syscall);
}

Socket.prototype.setBroadcast = function (on) {
  check(this[kState].handle.setBroadcast(Boolean(on)), 'setBroadcast');
};

Socket.prototype.setTTL = function (ttl) {
  validateNumber(ttl, 'ttl');
  check(this[kState].handle.setTtl(ttl | 0), 'setTTL');
  return ttl;
};

Socket.prototype.setMulticastTTL = function (ttl) {
  validateNumber(ttl, 'ttl');
  check(this[kState].handle.setMulticastTtl(ttl | 0), 'setMulticastTTL');
  return ttl;
};

Socket.prototype.setMulticastLoopback = function (on) {
  check(this[kState].handle.setMulticastLoopback(Boolean(on)), 'setMulticastLoopback');
  return on;
};

Socket.prototype.setMulticastInterface = function (interfaceAddress) {
  const { handle } = running(this);
  validateString(interfaceAddress, 'interfaceAddress');
  check(handle.setMulticastInterface(interfaceAddress), 'setMulticastInterface');
};

/** undefined stays; anything else is text, as the built-in's native code reads it. */
const text = (value) => (value == null ? undefined : String(value));

function membership(socket, group, interfaceAddress, join, syscall) {
  const { handle } = running(socket);
  if (!group) throw new ERR_MISSING_ARGS('multicastAddress');
  check(handle.membership(text(group), text(interfaceAddress), join), syscall);
}

Socket.prototype.addMembership = function (multicastAddress, interfaceAddress) {
  membership(this, multicastAddress, interfaceAddress, true, 'addMembership');
};

Socket.prototype.dropMembership = function (multicastAddress, interfaceAddress) {
  membership(this, multicastAddress, interfaceAddress, false, 'dropMembership');
};

function sourceMembership(socket, source, group, interfaceAddress, join, syscall) {
  const { handle } = running(socket);
  validateString(source, 'sourceAddress');
  validateString(group, 'groupAddress');
  check(handle.sourceMembership(source, group, text(interfaceAddress), join), syscall);
}

Socket.prototype.addSourceSpecificMembership = function (sourceAddress, groupAddress, interfaceAddress) {
  sourceMembership(this, sourceAddress, groupAddress, interfaceAddress, true, 'addSourceSpecificMembership');
};

Socket.prototype.dropSourceSpecificMembership = function (sourceAddress, groupAddress, interfaceAddress) {
  sourceMembership(
    this,
    sourceAddress,
    groupAddress,
    interfaceAddress,
    false,
    'dropSourceSpecificMembership',
  );
};

const RECEIVE = { receive: true, syscall: 'uv_recv_buffer_size' };
const SEND = { receive: false, syscall: 'uv_send_buffer_size' };

/** Sets a buffer size, or asks for it with 0. */
function bufferSize(socket, size, { receive, syscall }) {
  if (size >>> 0 !== size) throw new ERR_SOCKET_BAD_BUFFER_SIZE();
  const result = socket[kState].handle.bufferSize(size, receive);
  if (result < 0) throw bufferSizeError(result, syscall);
  return result;
}

Socket.prototype.setRecvBufferSize = function (size) {
  bufferSize(this, size, RECEIVE);
};

Socket.prototype.setSendBufferSize = function (size) {
  bufferSize(this, size, SEND);
};

Socket.prototype.getRecvBufferSize = function () {
  return bufferSize(this, 0, RECEIVE);
};

Socket.prototype.getSendBufferSize = function () {
  return bufferSize(this, 0, SEND);
};

Socket.prototype.getSendQueueSize = function () {
  return this[kState].handle.getSendQueueSize();
};

Socket.prototype.getSendQueueCount = function () {
  return this[kState].handle.getSendQueueCount();
};

Socket.prototype.ref = function () {
  this[kState].handle?.ref();
  return this;
};

Socket.prototype.unref = function () {
  this[kState].handle?.unref();
  return this;
};

module.exports = { Socket, createSocket, kState };
