'use strict';
// net.Socket: a stream.Duplex over a stream handle. https://nodejs.org/api/net.html#class-netsocket
// A constructor function, because programs call it without `new` and inherit from it by util.inherits.

const stream = require('node:stream');
const { keepAliveArgs, normalizeArgs, normalized, refuseObjectMode, socketOptions } = require('./args.js');
const { attemptEnded, connectPath, connectTcp } = require('./connect.js');
const { BoundSocket, consume } = require('./bound-socket.js');
const { publishClientSocket } = require('./channels.js');
const {
  AGAIN,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_FD_TYPE,
  ERR_INVALID_HANDLE_TYPE,
  ERR_MISSING_ARGS,
  ERR_SOCKET_CLOSED,
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION,
  endedByPeer,
  errnoException,
} = require('./errors.js');
const { guessHandleType } = require('./binding.js');
const { Pipe, TCP } = require('./stream-handle.js');
const { kTimer, setStreamTimeout, stopTimers, touch } = require('./timeout.js');
const turn = require('./turn.js');
const { validateInt32, validateNumber } = require('./validate.js');
const { validateBlockList } = require('./block-list.js');

const { Duplex } = stream;

const kHandle = Symbol('handle');
const kOptions = Symbol('socketOptions');
const kCounts = Symbol('counts');
const kPeer = Symbol('peername');
const kOnread = Symbol('onread');
const kWriting = Symbol('writing');
const kReset = Symbol('resetting');

/** What one read of a stream handle can bring (lib/turn.js). */
const READ_SIZE = 65536;

function Socket(options) {
  if (!(this instanceof Socket)) return new Socket(options);
  options = checkedOptions(socketOptions(options));

  this.connecting = false;
  this._hadError = false;
  this._parent = null;
  this._host = null;
  this._closeAfterHandlingError = false;
  this[kHandle] = null;
  this[kTimer] = null;
  this[kPeer] = null;
  this[kReset] = false;
  this[kOptions] = { noDelay: false, keepAlive: false, keepAliveDelay: 0 };
  this[kCounts] = null;
  this[kWriting] = null;
  this[kOnread] = options.onread ?? null;

  Duplex.call(this, {
    ...options,
    allowHalfOpen: Boolean(options.allowHalfOpen),
    emitClose: false,
    autoDestroy: true,
    // Strings reach _write with their encoding, which becomes bytes there.
    decodeStrings: false,
  });

  if (options.handle instanceof BoundSocket) {
    this[kHandle] = boundHandle(options.handle);
  } else if (options.handle) {
    this[kHandle] = options.handle;
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

  const wanted = this[kOptions];
  wanted.noDelay = Boolean(options.noDelay);
  wanted.keepAlive = Boolean(options.keepAlive);
  wanted.keepAliveDelay = ~~(options.keepAliveInitialDelay / 1000);
  if (options.typeOfService !== undefined) wanted.typeOfService = options.typeOfService;
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

function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.call(this, chunk, encoding, callback);
  const done = typeof encoding === 'function' ? encoding : callback;
  const error = endedByPeer();
  if (typeof done === 'function') process.nextTick(done, error);
  this.destroy(error);
  return false;
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

function applyOptions(socket) {
  const { noDelay, keepAlive, keepAliveDelay, keepAliveInterval, keepAliveCount, typeOfService } =
    socket[kOptions];
  const handle = socket[kHandle];
  if (noDelay) handle.setNoDelay(true);
  if (keepAlive) handle.setKeepAlive(true, keepAliveDelay, keepAliveInterval ?? 1, keepAliveCount ?? 10);
  if (typeOfService !== undefined) handle.setTypeOfService(typeOfService);
}

// ---- reading

Socket.prototype._read = function (size) {
  if (this.connecting || !this[kHandle]) {
    this.once('connect', () => this._read(size));
  } else if (!this[kHandle].reading) {
    readStart(this);
  }
};

function readStart(socket) {
  const status = socket[kHandle].readStart();
  if (status !== 0) socket.destroy(errnoException(status, 'read'));
}

/** Gives data to the program; false asks to stop reading. */
function deliver(socket, count) {
  const onread = socket[kOnread];
  if (onread === null) return socket.push(turn.takeFromBlock(count));
  return onread.callback(count, onread.current) !== false;
}

/** Stopping and starting reach the handle at once where the program reads into its own buffer. */
function resumeOnread(socket) {
  if (socket[kOnread] && !socket.connecting && socket[kHandle] && !socket[kHandle].reading) readStart(socket);
}

Socket.prototype.pause = function () {
  if (this[kOnread] && !this.connecting && this[kHandle]?.reading) this[kHandle].readStop();
  return Duplex.prototype.pause.call(this);
};

Socket.prototype.resume = function () {
  resumeOnread(this);
  return Duplex.prototype.resume.call(this);
};

Socket.prototype.read = function (size) {
  resumeOnread(this);
  return Duplex.prototype.read.call(this, size);
};

// ---- writing

Socket.prototype._write = function (data, encoding, callback) {
  this._writeGeneric(false, data, encoding, callback);
};

Socket.prototype._writev = function (chunks, callback) {
  this._writeGeneric(true, chunks, '', callback);
};

Socket.prototype._writeGeneric = function (isVector, data, encoding, callback) {
  if (this.connecting) {
    writeWhenConnected(this, isVector, data, encoding, callback);
    return false;
  }
  this._pendingData = null;
  this._pendingEncoding = '';
  if (!this[kHandle]) {
    callback(new ERR_SOCKET_CLOSED());
    return false;
  }
  this._unrefTimer();
  const chunk = isVector ? joined(data) : bytesOf(data, encoding);
  write(this, chunk, callback);
};

function writeWhenConnected(socket, isVector, data, encoding, callback) {
  socket._pendingData = data;
  socket._pendingEncoding = encoding;
  function onConnect() {
    socket.off('close', onClose);
    socket._writeGeneric(isVector, data, encoding, callback);
  }
  function onClose() {
    callback(new ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
  }
  socket.once('connect', onConnect);
  socket.once('close', onClose);
}

const bytesOf = (data, encoding) => (typeof data === 'string' ? Buffer.from(data, encoding) : data);

function joined(chunks) {
  return Buffer.concat(chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding)));
}

/** Offers the kernel all of it; what it does not take at once is offered again when there is room. */
function write(socket, data, callback) {
  const handle = socket[kHandle];
  handle.bytesWritten += data.length;
  const taken = data.length === 0 ? 0 : handle.writeSome(data, 0);
  if (taken === data.length) {
    callback();
  } else if (taken >= 0 || taken === AGAIN) {
    const offset = Math.max(taken, 0);
    handle.writeStarted(data.length - offset);
    socket[kWriting] = { data, offset, callback, seen: handle.writeQueueSize };
    if (taken >= 0) continueWriting(socket, handle);
  } else {
    callback(errnoException(taken, 'write'));
  }
}

function continueWriting(socket, handle) {
  const pending = socket[kWriting];
  while (pending.offset < pending.data.length) {
    const taken = handle.writeSome(pending.data, pending.offset);
    if (taken === AGAIN) return;
    if (taken < 0) {
      endWriting(socket, handle, errnoException(taken, 'write'));
      return;
    }
    pending.offset += taken;
    handle.writeQueueSize = pending.data.length - pending.offset;
  }
  endWriting(socket, handle, null);
}

function endWriting(socket, handle, error) {
  const { callback } = socket[kWriting];
  socket[kWriting] = null;
  handle.writeEnded();
  turn.delivered();
  socket._unrefTimer();
  handle.inScope(callback, undefined, error);
}

Socket.prototype._final = function (callback) {
  if (this.connecting) {
    const onClose = () => callback(new ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
    this.once('close', onClose);
    this.once('connect', () => {
      this.off('close', onClose);
      this._final(callback);
    });
    return;
  }
  if (!this[kHandle]) {
    callback();
    return;
  }
  // A peer that is gone already makes no difference to the end of writing.
  this[kHandle].shutdown(() => callback());
};

Socket.prototype.end = function (data, encoding, callback) {
  Duplex.prototype.end.call(this, data, encoding, callback);
  return this;
};

// ---- ending

Socket.prototype.destroySoon = function () {
  if (this.writable) this.end();
  if (this.writableFinished) this.destroy();
  else this.once('finish', this.destroy);
};

Socket.prototype.resetAndDestroy = function () {
  const handle = this[kHandle];
  if (!handle) {
    this.destroy(new ERR_SOCKET_CLOSED());
    return this;
  }
  if (!(handle instanceof TCP)) throw new ERR_INVALID_HANDLE_TYPE();
  if (this.connecting) this.once('connect', () => this._reset());
  else this._reset();
  return this;
};

Socket.prototype._reset = function () {
  this[kReset] = true;
  return this.destroy();
};

Socket.prototype._destroy = function (exception, callback) {
  this.connecting = false;
  stopTimers(this);
  const handle = this[kHandle];
  if (handle) {
    const hadError = Boolean(exception);
    this[kCounts] = { read: handle.bytesRead, written: handle.bytesWritten };
    const closed = () => this.emit('close', hadError);
    if (this[kReset]) {
      const status = handle.reset(closed);
      if (status !== 0) this.emit('error', errnoException(status, 'reset'));
    } else {
      handle.close(closed);
    }
    this[kHandle] = null;
    this._sockname = null;
    callback(exception);
    failWriting(this);
  } else {
    callback(exception);
    process.nextTick(() => this.emit('close'));
  }
  if (this._server) {
    this._server._connections--;
    this._server._emitCloseIfDrained?.();
  }
};

/** A write that was under way has no end any more; its stream reports that to the program. */
function failWriting(socket) {
  socket[kWriting] = null;
}

// ---- time

Socket.prototype.setTimeout = setStreamTimeout;

Socket.prototype._unrefTimer = function _unrefTimer() {
  touch(this);
};

Socket.prototype._onTimeout = function () {
  const pending = this[kWriting];
  const size = this[kHandle]?.writeQueueSize;
  // A write that makes progress is no idleness.
  if (pending !== null && pending.seen !== size) {
    pending.seen = size;
    this._unrefTimer();
    return;
  }
  this.emit('timeout');
};

// ---- options

Socket.prototype.setNoDelay = function (enable) {
  const on = Boolean(enable === undefined ? true : enable);
  const options = this[kOptions];
  if (this[kHandle] && on !== options.noDelay) this[kHandle].setNoDelay(on);
  options.noDelay = on;
  return this;
};

Socket.prototype.setKeepAlive = function (enable, initialDelay, interval, count) {
  const wanted = keepAliveArgs(enable, initialDelay, interval, count);
  const on = Boolean(wanted.enable);
  const seconds = (msecs, otherwise) => (msecs === undefined ? otherwise : Math.max(1, ~~(msecs / 1000)));
  const options = this[kOptions];
  options.keepAlive = on;
  options.keepAliveDelay = ~~(wanted.initialDelay / 1000);
  options.keepAliveInterval = seconds(wanted.interval, 1);
  options.keepAliveCount = wanted.count ?? 10;
  if (this[kHandle] && !this.connecting) {
    const { keepAliveDelay, keepAliveInterval, keepAliveCount } = options;
    this[kHandle].setKeepAlive(on, Math.max(0, keepAliveDelay), keepAliveInterval, keepAliveCount);
  }
  return this;
};

Socket.prototype.setTypeOfService = function (tos) {
  if (Number.isNaN(tos)) throw new ERR_INVALID_ARG_TYPE('tos', 'of type number', tos);
  validateInt32(tos, 'tos', 0, 255);
  this[kOptions].typeOfService = tos;
  if (this[kHandle] && !this.connecting) {
    const status = this[kHandle].setTypeOfService(tos);
    if (status !== 0) throw errnoException(status, 'setTypeOfService');
  }
  return this;
};

Socket.prototype.getTypeOfService = function () {
  if (!this[kHandle] || this.connecting) return this[kOptions].typeOfService ?? 0;
  const value = this[kHandle].typeOfService();
  if (value < 0) throw errnoException(value, 'getTypeOfService');
  return value;
};

for (const name of ['ref', 'unref']) {
  Socket.prototype[name] = Object.defineProperty(
    function () {
      if (this[kHandle]) this[kHandle][name]();
      else this.once('connect', this[name]);
      return this;
    },
    'name',
    { value: '', configurable: true },
  );
}

// ---- addresses and counters

Socket.prototype.address = function () {
  return this._getsockname();
};

Socket.prototype._getsockname = function () {
  const handle = this[kHandle];
  if (!handle) return {};
  if (!this._sockname) {
    const name = {};
    handle.getsockname(name);
    this._sockname = name;
  }
  return this._sockname;
};

Socket.prototype._getpeername = function () {
  if (!this[kHandle] || this.connecting) return this[kPeer] || {};
  if (!this[kPeer]) {
    const name = {};
    if (this[kHandle].getpeername(name) !== 0) return name;
    this[kPeer] = name;
  }
  return this[kPeer];
};

/** bytesWritten: what the handle has, what the stream buffers, and what waits for the connection. */
function bytesWritten(socket) {
  const dispatched = socket._bytesDispatched;
  let bytes =
    dispatched +
    socket._writableState.getBuffer().reduce((sum, { chunk, encoding }) => {
      return sum + (chunk instanceof Buffer ? chunk.length : Buffer.byteLength(chunk, encoding));
    }, 0);
  const pending = socket._pendingData;
  if (Array.isArray(pending)) {
    for (const { chunk, encoding } of pending) bytes += bytesOf(chunk, encoding).length;
  } else if (pending) {
    bytes += bytesOf(pending, socket._pendingEncoding).length;
  }
  return bytes;
}

function readyState(socket) {
  if (socket.connecting) return 'opening';
  if (socket.readable && socket.writable) return 'open';
  if (socket.readable) return 'readOnly';
  return socket.writable ? 'writeOnly' : 'closed';
}

const accessors = {
  _bytesDispatched: [
    (s) => (s[kHandle] ? s[kHandle].bytesWritten : (s[kCounts]?.written ?? 0)),
    { enumerable: true },
  ],
  _connecting: [(s) => s.connecting],
  bufferSize: [(s) => (s[kHandle] ? s.writableLength : undefined)],
  bytesRead: [(s) => (s[kHandle] ? s[kHandle].bytesRead : (s[kCounts]?.read ?? 0)), { enumerable: true }],
  bytesWritten: [bytesWritten, { enumerable: true }],
  localAddress: [(s) => s._getsockname().address, { enumerable: true }],
  localFamily: [(s) => s._getsockname().family, { enumerable: true }],
  localPort: [(s) => s._getsockname().port, { enumerable: true }],
  pending: [(s) => !s[kHandle] || s.connecting, { configurable: true }],
  readyState: [readyState],
  remoteAddress: [(s) => s._getpeername().address, { enumerable: true }],
  remoteFamily: [(s) => s._getpeername().family, { enumerable: true }],
  remotePort: [(s) => s._getpeername().port, { enumerable: true }],
};

for (const [name, [read, flags]] of Object.entries(accessors)) {
  Object.defineProperty(Socket.prototype, name, {
    configurable: false,
    enumerable: false,
    ...flags,
    get() {
      return read(this);
    },
  });
}

Object.defineProperty(Socket.prototype, '_handle', {
  get() {
    return this[kHandle];
  },
  set(handle) {
    this[kHandle] = handle;
  },
});

// ---- what a handle calls (lib/stream-handle.js)

const events = {
  /** An attempt to connect has ended. */
  connected(socket, status, handle) {
    if (socket.destroyed || socket[kHandle] !== handle) return;
    if (!attemptEnded(socket, status, handle)) return;
    socket.connecting = false;
    socket._sockname = null;
    socket._unrefTimer();
    applyOptions(socket);
    socket.emit('connect');
    socket.emit('ready');
    if (!socket.isPaused()) socket.read(0);
  },

  /** Reads once, into the program's own buffer where it gave one (`onread`). */
  readFrom(socket, handle) {
    const onread = socket[kOnread];
    if (onread === null) return handle.read();
    onread.current = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer;
    return handle.readInto(onread.current);
  },

  /** What one read can bring at most: less than that has emptied the kernel's buffer. */
  readSize(socket) {
    return socket[kOnread] === null ? READ_SIZE : socket[kOnread].current.length;
  },

  /** What a read brought: bytes, 0 at the end, or a negative error number. */
  read(socket, count, handle) {
    if (socket[kHandle] !== handle) return;
    if (count < 0) {
      socket.destroy(errnoException(count, 'read'));
      return;
    }
    socket._unrefTimer();
    if (count > 0) {
      if (!deliver(socket, count)) handle.readStop();
      return;
    }
    handle.readStop();
    // 'end' comes when the program has consumed what came before.
    socket.push(null);
    socket.read(0);
  },

  /** There is room to write. */
  writable(socket, handle) {
    if (socket[kWriting] !== null && socket[kHandle] === handle) continueWriting(socket, handle);
  },
};

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

module.exports = { Socket };
