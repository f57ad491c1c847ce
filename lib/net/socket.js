'use strict';
// net.Socket: a stream.Duplex over a stream handle. https://nodejs.org/api/net.html#class-netsocket
// The rest of its members is in socket-*.js, a file per subject.
// A constructor function, because programs call it without `new` and inherit from it by util.inherits.

const stream = require('node:stream');
const { normalizeArgs, normalized, refuseObjectMode, socketOptions } = require('../args.js');
const { guessHandleType } = require('../binding.js');
const { validateBlockList } = require('../block-list.js');
const { BoundSocket, consume } = require('./bound-socket.js');
const { publishClientSocket } = require('../channels.js');
const { attemptEnded, connectPath, connectTcp } = require('./connect.js');
const { ERR_INVALID_FD_TYPE, ERR_MISSING_ARGS, errnoException } = require('../errors.js');
const instead = require('../instead.js');
const { adoptableKind } = require('../handles/native.js');
const { members: node } = require('../builtins.js').net;
const { watch } = require('./relay.js');
const { defineAddresses } = require('./socket-address.js');
const { defineEnding } = require('./socket-end.js');
const { applyOptions, defineOptions, wantedOptions } = require('./socket-options.js');
const { defineReading, onRead, readFrom, readSize } = require('./socket-read.js');
const { kBulk, kCounts, kHandle, kOnread, kOptions, kPeer, kReset, kWriting } = require('./socket-state.js');
const { defineWriting, onWritable, writeAfterEnd } = require('./socket-write.js');
const { Pipe, StreamHandle, TCP, takeStream } = require('../handles/stream.js');
const { kTimer } = require('./timeout.js');
const { validateInt32, validateNumber } = require('../validate.js');

const { Duplex } = stream;

function Socket(options) {
  const other = instead.Socket(this, options);
  if (other !== undefined) return other;
  if (!(this instanceof Socket)) return new Socket(options);
  options = checkedOptions(socketOptions(options));
  if (isForNode(options.handle)) return new node.Socket(options);

  this.connecting = false;
  this._hadError = false;
  this._parent = null;
  this._host = null;
  this._closeAfterHandlingError = false;
  this[kHandle] = null;
  this[kTimer] = null;
  this[kPeer] = null;
  this[kReset] = false;
  this[kOptions] = wantedOptions(options);
  this[kCounts] = null;
  this[kWriting] = null;
  this[kBulk] = false;
  this[kOnread] = options.onread ?? null;

  Duplex.call(this, {
    ...options,
    // Watched below, where the handle is there to be closed.
    signal: undefined,
    allowHalfOpen: Boolean(options.allowHalfOpen),
    emitClose: false,
    autoDestroy: true,
    // Strings reach _write with their encoding, which becomes bytes there.
    decodeStrings: false,
  });

  if (options.handle instanceof BoundSocket) {
    this[kHandle] = boundHandle(options.handle);
  } else if (options.handle) {
    this[kHandle] = ownHandle(options.handle);
  } else if (options.fd !== undefined) {
    this[kHandle] = handleOf(options.fd);
  }
  this.on('end', onEnd);
  attach(this);
  this._pendingData = null;
  this._pendingEncoding = '';
  this.allowHalfOpen = Boolean(options.allowHalfOpen);
  this._sockname = null;
  this.server = null;
  this._server = null;

  if (options.blockList) this.blockList = options.blockList;

  if (options.signal) stream.addAbortSignal(options.signal, this);
  if (this[kHandle]?.isOpen) startReading(this, options);
}
Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

function checkedOptions(options) {
  refuseObjectMode(options);
  if (options.keepAliveInitialDelay !== undefined) {
    validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
    if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
  }
  if (options.typeOfService !== undefined) {
    validateInt32(options.typeOfService, 'options.typeOfService', 0, 255);
  }
  validateBlockList(options.blockList, 'options.blockList');
  return options;
}

/** A handle that adopts a descriptor: a TCP or unix socket, or a pipe. */
function handleOf(fd) {
  validateInt32(fd, 'fd', 0);
  const type = guessHandleType(fd);
  if (type !== 'TCP' && type !== 'PIPE') throw new ERR_INVALID_FD_TYPE(type);
  const handle = type === 'TCP' ? new TCP() : new Pipe();
  const status = handle.open(fd);
  if (status !== 0) {
    handle.close();
    throw errnoException(status, 'open');
  }
  return handle;
}

/** Whether the program gives a handle that only the built-in can drive: a terminal's, TLS, a stand-in in JavaScript. */
function isForNode(handle) {
  if (!handle || handle instanceof BoundSocket || handle instanceof StreamHandle) return false;
  return adoptableKind(handle) === undefined;
}

/** A handle of ours as it is; the connection of one of Node's in a handle of ours. */
function ownHandle(given) {
  if (given instanceof StreamHandle) return given;
  const handle = takeStream(given);
  if (typeof handle === 'number') throw errnoException(handle, 'open');
  return handle;
}

/** A handle that will connect from the address of a BoundSocket. */
function boundHandle(bound) {
  const { handle: taken, path } = consume(bound);
  const handle = path === undefined ? new TCP() : new Pipe();
  handle.takeBound(taken);
  taken.close();
  return handle;
}

/** A socket that has its connection from the start begins to read, unless it was asked not to. */
function startReading(socket, options) {
  if (options.pauseOnCreate) {
    socket._readableState.flowing = false;
  } else if (!options.manualStart && options.readable !== false) {
    socket.read(0);
  }
  if (options.fd !== undefined) {
    if (options.readable === false) {
      socket.push(null);
      socket.read();
    }
    if (options.writable === false) socket.end();
  }
}

/** Ties a handle to its socket: what the handle calls is at the end of this file. */
function attach(socket) {
  socket[kHandle]?.attach?.(socket, events);
}

// After the peer's FIN a socket that is not half-open takes no writes.
function onEnd() {
  if (!this.allowHalfOpen) this.write = writeAfterEnd;
}

// ---- connecting

Socket.prototype.connect = function (...args) {
  const [options, listener] = args[0]?.[normalized] ? args[0] : normalizeArgs(args);
  if (options.port === undefined && options.path == null) {
    throw new ERR_MISSING_ARGS(['options', 'port', 'path']);
  }
  publishClientSocket(this);
  if (this.write !== Socket.prototype.write) this.write = Socket.prototype.write;
  if (this.destroyed) {
    this[kHandle] = null;
    this[kPeer] = null;
    this._sockname = null;
  }
  if (!this[kHandle]) {
    this[kHandle] = options.path ? new Pipe() : new TCP();
    this._undestroy();
    attach(this);
  }
  if (listener !== null) this.once('connect', listener);
  this._unrefTimer();
  this.connecting = true;
  if (options.path) connectPath(this, options.path);
  else connectTcp(this, options, replaceHandle);
  return this;
};

/** What a handle calls (lib/handles/stream.js). */
const events = {
  connected: onConnected,
  read: onRead,
  readFrom,
  readSize,
  writable: onWritable,
};

/** An attempt to connect has ended. */
function onConnected(socket, status, handle) {
  if (socket.destroyed || socket[kHandle] !== handle) return;
  if (!attemptEnded(socket, status, handle)) return;
  socket.connecting = false;
  socket._sockname = null;
  socket._unrefTimer();
  applyOptions(socket);
  socket.emit('connect');
  socket.emit('ready');
  if (!socket.isPaused()) socket.read(0);
}

/** The next attempt of a connect to several addresses has a handle of its own. */
function replaceHandle(socket, handle) {
  const old = socket[kHandle];
  if (old && !old.abandoned) {
    old.abandoned = true;
    old.close();
  }
  if (old?.unreferenced) handle.unref();
  socket[kHandle] = handle;
  attach(socket);
}

defineReading(Socket.prototype);
defineWriting(Socket.prototype);
defineEnding(Socket.prototype);
defineOptions(Socket.prototype);
defineAddresses(Socket.prototype);
watch(Socket.prototype);

module.exports = { Socket };
