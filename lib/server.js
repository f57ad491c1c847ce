'use strict';
// net.Server: listens, and makes a net.Socket of every connection. https://nodejs.org/api/net.html#class-netserver

const EventEmitter = require('node:events');
const fs = require('node:fs');
const { isIP, isIPv6 } = require('node:net');
const { isNumeric, normalizeArgs, serverArgs } = require('./args.js');
const { isBlockList } = require('./block-list.js');
const channels = require('./channels.js');
const defaults = require('./defaults.js');
const {
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_SERVER_ALREADY_LISTEN,
  ERR_SERVER_NOT_RUNNING,
  errnoException,
  errnoOf,
  listenException,
} = require('./errors.js');
const { defaultLookup } = require('./lookup.js');
const { PipeServer, TCPServer } = require('./server-handle.js');
const { Socket } = require('./socket.js');
const { guessHandleType } = require('./binding.js');
const { validateAbortSignal, validateFunction, validateNumber, validatePort } = require('./validate.js');

const DEFAULT_BACKLOG = 511;
const ANY_V4 = '0.0.0.0';
const ANY_V6 = '::';
const [EINVAL, EAFNOSUPPORT, EADDRNOTAVAIL] = ['EINVAL', 'EAFNOSUPPORT', 'EADDRNOTAVAIL'].map(errnoOf);

function Server(options, connectionListener) {
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
  if (defaults.major >= 22 && options.blockList && !isBlockList(options.blockList)) {
    throw new ERR_INVALID_ARG_TYPE('options.blockList', 'an net.BlockList', options.blockList);
  }
}

// ---- listening

Server.prototype.listen = function (...args) {
  const [given, callback] = normalizeArgs(args);
  if (this._handle || this[kStarting]) throw new ERR_SERVER_ALREADY_LISTEN();
  if (callback !== null) this.once('listening', callback);
  const backlog = args.length > 1 && typeof args[0] !== 'object' ? backlogOf(args) : undefined;
  listen(this, given, backlog, args.length);
  return this;
};

const kStarting = Symbol('starting');

/** (handle|path|port[, host][, backlog]): the first number behind the first argument. */
function backlogOf(args) {
  return toNumber(args[1]) || toNumber(args.length > 2 && args[2]);
}

const toNumber = (value) => (isNumeric(value) ? Number(value) : false);

/** Tells the forms of listen apart, in Node's order. */
function listen(server, given, positionalBacklog, argumentCount) {
  let options = given._handle ?? given.handle ?? given;
  if (isHandle(options)) {
    useHandle(server, options, positionalBacklog);
    return;
  }
  watchSignal(server, options.signal);
  if (typeof options.fd === 'number' && options.fd >= 0) {
    start(server, adopted(options.fd), { backlog: options.backlog ?? positionalBacklog, options });
    return;
  }
  const omitted = argumentCount === 0 || (argumentCount > 0 && isFunctionOnly(given));
  if (omitted || (options.port === undefined && 'port' in options) || options.port === null) {
    options = { ...options, port: 0 };
  }
  const backlog = options.backlog || positionalBacklog;
  if (typeof options.port === 'number' || typeof options.port === 'string') {
    validatePort(options.port, 'options.port');
    listenOnPort(server, options, backlog);
  } else if (options.path && typeof options.path === 'string' && !isNumeric(options.path)) {
    listenOnPath(server, options, backlog);
  } else if (!('port' in options || 'path' in options)) {
    throw new ERR_INVALID_ARG_VALUE('options', given, 'must have the property "port" or "path"');
  } else {
    throw new ERR_INVALID_ARG_VALUE('options', given);
  }
}

/** listen(callback) was normalized to { port: callback }. */
const isFunctionOnly = ({ port }) => typeof port === 'function';

const isHandle = (value) => value instanceof TCPServer || value instanceof PipeServer;

function watchSignal(server, signal) {
  if (signal === undefined) return;
  validateAbortSignal(signal, 'options.signal');
  const onAbort = () => server.close();
  if (signal.aborted) {
    process.nextTick(onAbort);
  } else {
    signal.addEventListener('abort', onAbort, { once: true });
    server.once('close', () => signal.removeEventListener('abort', onAbort));
  }
}

/** Listens with a server handle of ours that is bound already. */
function useHandle(server, handle, backlog) {
  start(server, () => ({ status: 0, handle, address: null }), { backlog });
}

/** A descriptor that listens, or is bound: TCP or unix. */
function adopted(fd) {
  return () => {
    const type = guessHandleType(fd);
    if (type !== 'TCP' && type !== 'PIPE') return { status: EINVAL, address: null };
    const handle = type === 'TCP' ? new TCPServer() : new PipeServer();
    return { status: handle.adopt(fd), handle, address: null };
  };
}

function listenOnPort(server, options, backlog) {
  const { host, ipv6Only, reusePort } = options;
  const port = options.port | 0;
  const flags = { ipv6Only: Boolean(ipv6Only), reusePort: Boolean(reusePort) };
  if (!host) {
    start(server, anyAddress(port, flags), { port, backlog, options });
    return;
  }
  if (typeof host !== 'string') throw new ERR_INVALID_ARG_TYPE('hostname', 'of type string', host);
  if (isIP(host)) {
    // Bound at once, so that address() answers on the next line; the built-in binds a tick later.
    start(server, bound(host, port, flags), { port, backlog, options });
    return;
  }
  lookUpAndListen(server, host, port, flags, { backlog, options });
}

function lookUpAndListen(server, host, port, flags, { backlog, options }) {
  const id = server._listeningId;
  server[kStarting] = true;
  defaultLookup(host, { all: true }, (error, addresses) => {
    server[kStarting] = false;
    // Closed, or listening to something else, meanwhile.
    if (id !== server._listeningId) return;
    if (error) {
      server.emit('error', error);
      return;
    }
    const address = firstUsable(addresses);
    start(server, bound(address, port, flags), { port, backlog, options });
  });
}

/** A link-local IPv6 address needs a zone to be listened on; another one is preferred. */
function firstUsable(addresses) {
  const usable = addresses.find(({ address, family }) => family !== 6 || !address.startsWith('fe80::'));
  return (usable ?? addresses[0]).address;
}

function listenOnPath(server, options, backlog) {
  const { path, readableAll, writableAll } = options;
  const isAbstract = path.startsWith('\0');
  if (isAbstract && (readableAll || writableAll))
    throw new ERR_INVALID_ARG_VALUE('options', options, ABSTRACT_MODE);
  const make = () => {
    const handle = new PipeServer();
    const status = handle.bindPath(path);
    return { status, handle, address: path };
  };
  server._pipeName = path;
  start(server, make, { port: -1, backlog, options });
  // Like the built-in's, the file's mode follows listen(2).
  if (server._handle && (readableAll || writableAll)) setMode(path, readableAll, writableAll);
}

const ABSTRACT_MODE = 'can not set readableAll or writableAllt to true when path is abstract unix socket';

/** Lets everyone read or write the socket's file. Before Node 22 that is added to the mode it has. */
function setMode(path, readableAll, writableAll) {
  const wanted = (readableAll ? 0o444 : 0) | (writableAll ? 0o222 : 0);
  fs.chmodSync(path, defaults.major < 22 ? fs.statSync(path).mode | wanted : wanted);
}

/** Makes a handle bound to an address. */
function bound(address, port, { ipv6Only, reusePort }) {
  return () => {
    const handle = new TCPServer();
    return { status: handle.bind(address, port, ipv6Only, reusePort), handle, address };
  };
}

/** All addresses of both families, or of IPv4 where there is no IPv6. */
function anyAddress(port, flags) {
  return () => {
    const both = bound(ANY_V6, port, flags)();
    return both.status === EAFNOSUPPORT || both.status === EADDRNOTAVAIL
      ? bound(ANY_V4, port, flags)()
      : both;
  };
}

/**
 * Makes the handle and starts to accept. 'listening', or 'error', comes with the next tick.
 * `make` returns { status, handle, address }.
 */
function start(server, make, { port, backlog, options = {} }) {
  channels.publishListenStart(server, options);
  const { status: made, handle, address } = make();
  handle?.attach(server, onConnection);
  const status = made || handle.start(backlog || DEFAULT_BACKLOG);
  if (status !== 0) {
    handle?.close();
    failListening(server, listenException(status, address, port));
    return;
  }
  server._handle = handle;
  server._connectionKey = `${keyOf(address, handle)}:${address}:${port}`;
  if (server._unref) server.unref();
  const id = ++server._listeningId;
  process.nextTick(() => {
    // Closed meanwhile: no 'listening'.
    if (server._handle !== handle || server._listeningId !== id) return;
    channels.publishListenEnd(server);
    server.emit('listening');
  });
}

function failListening(server, error) {
  channels.publishListenError(server, error);
  process.nextTick(() => server.emit('error', error));
}

/** The address family as _connectionKey has it; -1 for a path. */
function keyOf(address, handle) {
  if (handle instanceof PipeServer) return -1;
  return address && !isIPv6(address) ? 4 : 6;
}

// ---- connections

/** Called by the handle for each connection, or with an error number. */
function onConnection(server, handle) {
  if (typeof handle === 'number') {
    server.emit('error', errnoException(handle, 'accept'));
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
    server.emit('drop', ends);
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
  process.nextTick(callback, null, this._connections);
  return this;
};

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
  this[kStarting] = false;
  if (this._handle) {
    this._handle.close();
    this._handle = null;
  }
  this._emitCloseIfDrained();
  return this;
};

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

/** Kept for programs that set it up for old cluster versions. */
Server.prototype._setupWorker = function (worker) {
  this._usingWorkers = true;
  this._workers.push(worker);
  worker.once('exit', (worker) => {
    this._workers.splice(this._workers.indexOf(worker), 1);
  });
};

module.exports = { Server };
