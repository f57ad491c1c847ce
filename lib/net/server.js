'use strict';
// net.Server: listens, and makes a net.Socket of every connection. https://nodejs.org/api/net.html#class-netserver

const EventEmitter = require('node:events');
const { normalizeArgs, serverArgs } = require('../args.js');
const { validateBlockList } = require('../block-list.js');
const channels = require('../channels.js');
const defaults = require('../defaults.js');
const { ERR_SERVER_ALREADY_LISTEN, ERR_SERVER_NOT_RUNNING, errnoException } = require('../errors.js');
const instead = require('../instead.js');
const { listen, start } = require('./listen.js');
const { PipeServer } = require('../handles/server.js');
const { Socket } = require('./socket.js');
const { validateFunction, validateNumber } = require('../validate.js');

function Server(options, connectionListener) {
  const other = instead.Server(this, options, connectionListener);
  if (other !== undefined) return other;
  if (!(this instanceof Server)) return new Server(options, connectionListener);
  const [wanted, listener] = serverArgs(options, connectionListener);
  EventEmitter.call(this, wanted);
  if (typeof listener === 'function') this.on('connection', listener);
  checkOptions(wanted);

  this._connections = 0;
  this._handle = null;
  this._usingWorkers = false;
  this._workers = [];
  this._unref = false;
  this._listeningId = 1;
  this.allowHalfOpen = wanted.allowHalfOpen || false;
  this.pauseOnConnect = Boolean(wanted.pauseOnConnect);
  this.noDelay = Boolean(wanted.noDelay);
  this.keepAlive = Boolean(wanted.keepAlive);
  this.keepAliveInitialDelay = ~~(wanted.keepAliveInitialDelay / 1000);
  this.highWaterMark = wanted.highWaterMark ?? defaults.highWaterMark();
  if (wanted.blockList) this.blockList = wanted.blockList;
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);

function checkOptions(options) {
  if (options.keepAliveInitialDelay !== undefined) {
    validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
    if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
  }
  if (options.highWaterMark !== undefined) {
    validateNumber(options.highWaterMark, 'options.highWaterMark');
    if (options.highWaterMark < 0) options.highWaterMark = defaults.highWaterMark();
  }
  validateBlockList(options.blockList, 'options.blockList');
}

// ---- listening

Server.prototype.listen = function (...args) {
  const [given, callback] = normalizeArgs(args);
  if (this._handle) throw new ERR_SERVER_ALREADY_LISTEN();
  channels.publishListenStart(this, given);
  if (callback !== null) this.once('listening', callback);
  listen(this, given, args);
  return this;
};

// The old name of what every listen comes to; instrumentation wraps it.
Server.prototype._listen2 = function setupListenHandle(address, port, addressType, backlog, fd, flags) {
  start(this, onConnection, address, port, addressType, backlog, fd, flags);
};

// ---- connections

/** Called by the server's handle with 0 and the handle of a connection, or with an error number. */
function onConnection(status, handle) {
  const server = this.owner;
  if (status) {
    server.emit('error', errnoException(status, 'accept'));
    return;
  }
  if (isRefused(server, handle)) return;
  const socket = new Socket({
    handle,
    allowHalfOpen: server.allowHalfOpen,
    pauseOnCreate: server.pauseOnConnect,
    readable: true,
    writable: true,
    readableHighWaterMark: server.highWaterMark,
    writableHighWaterMark: server.highWaterMark,
  });
  if (server.noDelay) socket.setNoDelay(true);
  if (server.keepAlive) socket.setKeepAlive(true, server.keepAliveInitialDelay * 1000);
  server._connections++;
  socket.server = server;
  socket._server = server;
  channels.publishServerSocket(socket);
  server.emit('connection', socket);
}

/** Closes a connection that the server has no room for, or whose address is blocked. */
function isRefused(server, handle) {
  const { maxConnections, blockList } = server;
  const full =
    defaults.major < 22
      ? maxConnections && server._connections >= maxConnections
      : maxConnections != null && server._connections >= maxConnections;
  if (full) {
    const ends = endsOf(handle);
    handle.close();
    server.emit('drop', ...(ends ? [ends] : []));
    return true;
  }
  if (!blockList) return false;
  const peer = {};
  if (handle.getpeername(peer) !== 0 || !blockList.check(peer.address, peer.family.toLowerCase()))
    return false;
  handle.close();
  return true;
}

/** Both ends of a dropped connection; nothing for a unix socket. */
function endsOf(handle) {
  const [local, remote] = [{}, {}];
  if (handle.getsockname(local) !== 0 || handle.getpeername(remote) !== 0 || !local.address) return undefined;
  return {
    localAddress: local.address,
    localPort: local.port,
    localFamily: local.family,
    remoteAddress: remote.address,
    remotePort: remote.port,
    remoteFamily: remote.family,
  };
}

Server.prototype.getConnections = function (callback) {
  validateFunction(callback, 'callback');
  const own = this._connections;
  countOfWorkers(this._usingWorkers ? this._workers : [], (error, count) => {
    process.nextTick(callback, error, error ? undefined : own + count);
  });
  return this;
};

/** How many of its connections the server gave to other processes (child.send). */
function countOfWorkers(workers, callback) {
  let waiting = workers.length;
  let total = 0;
  if (waiting === 0) callback(null, 0);
  for (const worker of workers) {
    worker.getConnections((error, count) => {
      // One that cannot tell has ended it.
      if (waiting === 0) return;
      total += count;
      waiting = error ? 0 : waiting - 1;
      if (waiting === 0) callback(error, total);
    });
  }
}

// ---- state

Object.defineProperty(Server.prototype, 'listening', {
  get() {
    return Boolean(this._handle);
  },
  configurable: true,
  enumerable: true,
});

Server.prototype.address = function () {
  const handle = this._handle;
  if (handle?.getsockname && !(handle instanceof PipeServer)) {
    const name = {};
    const status = handle.getsockname(name);
    if (status !== 0) throw errnoException(status, 'address');
    return name;
  }
  return this._pipeName ? this._pipeName : null;
};

Server.prototype.ref = function () {
  this._unref = false;
  this._handle?.ref();
  return this;
};

Server.prototype.unref = function () {
  this._unref = true;
  this._handle?.unref();
  return this;
};

// ---- ending

Server.prototype.close = function (callback) {
  if (typeof callback === 'function') {
    if (!this._handle) this.once('close', () => callback(new ERR_SERVER_NOT_RUNNING()));
    else this.once('close', callback);
  }
  // A lookup that is under way finds that it is not wanted any more.
  this._listeningId++;
  if (this._handle) {
    this._handle.close();
    this._handle = null;
  }
  if (this._usingWorkers) closeWhenWorkersHave(this);
  else this._emitCloseIfDrained();
  return this;
};

/** The connections that other processes have are waited for first. */
function closeWhenWorkersHave(server) {
  const workers = [...server._workers];
  let waiting = workers.length;
  if (waiting === 0) {
    server._emitCloseIfDrained();
    return;
  }
  // Stands for them, so that 'close' comes once.
  server._connections++;
  for (const worker of workers) {
    worker.close(() => {
      if (--waiting > 0) return;
      server._connections = 0;
      server._emitCloseIfDrained();
    });
  }
}

Server.prototype._emitCloseIfDrained = function () {
  if (this._handle || this._connections) return;
  process.nextTick(() => this.emit('close'));
};

Server.prototype[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')] = Object.defineProperty(
  async function () {
    if (!this._handle) return;
    await new Promise((resolve, reject) => this.close((error) => (error ? reject(error) : resolve())));
  },
  'name',
  { value: '', configurable: true },
);

Server.prototype[EventEmitter.captureRejectionSymbol] = function (error, event, socket) {
  if (event === 'connection') socket.destroy(error);
  else this.emit('error', error);
};

/** Node's channel to a child calls it with the list of the connections that were sent there. */
Server.prototype._setupWorker = function (worker) {
  this._usingWorkers = true;
  this._workers.push(worker);
  worker.once('exit', (worker) => {
    this._workers.splice(this._workers.indexOf(worker), 1);
  });
};

module.exports = { Server };
