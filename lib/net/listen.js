'use strict';
// Listening: the forms of server.listen told apart, addresses, and the handle that results.
// https://nodejs.org/api/net.html#serverlisten

const fs = require('node:fs');
const { isIP, isIPv6 } = require('node:net');
const { isPipeName, toNumber } = require('../args.js');
const { guessHandleType } = require('../binding.js');
const { BoundSocket, consume } = require('./bound-socket.js');
const channels = require('../channels.js');
const { listenInCluster } = require('../processes/cluster.js');
const defaults = require('../defaults.js');
const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, errnoOf, listenException } = require('../errors.js');
const { defaultLookup } = require('../lookup.js');
const { requirePermission } = require('../permission.js');
const { nativeKind } = require('../handles/native.js');
const { PipeServer, ServerHandle, TCPServer, takeServer } = require('../handles/server.js');
const { validateAbortSignal, validatePort } = require('../validate.js');

const DEFAULT_BACKLOG = 511;
const ANY_V4 = '0.0.0.0';
const ANY_V6 = '::';
const EINVAL = errnoOf('EINVAL');

/** Flags of a TCP bind, by libuv's numbers (include/uv.h). */
const IPV6ONLY = 1;
const REUSEPORT = 2;

const ABSTRACT_MODE = 'can not set readableAll or writableAllt to true when path is abstract unix socket';

/** Tells the forms of listen apart, in Node's order. `args` are the arguments as they came. */
function listen(server, given, args) {
  const bound = [given, given.handle].find((value) => value instanceof BoundSocket);
  if (bound) {
    const { handle, path } = consume(bound);
    if (path !== undefined) server._pipeName = path;
    useHandle(server, handle, backlogOf(args));
    return;
  }
  const options = given._handle || given.handle || given;
  server._listeningId++;
  if (options instanceof ServerHandle) {
    useHandle(server, options, backlogOf(args));
    return;
  }
  if (nativeKind(options)) {
    useNative(server, options, backlogOf(args));
    return;
  }
  watchSignal(server, options.signal);
  if (typeof options.fd === 'number' && options.fd >= 0) {
    listenOn(server, {
      address: null,
      port: null,
      addressType: null,
      backlog: backlogOf(args),
      fd: options.fd,
    });
    return;
  }
  if (asksForAnyPort(options, args)) options.port = 0;
  const backlog = options.backlog || backlogOf(args);
  if (typeof options.port === 'number' || typeof options.port === 'string') {
    validatePort(options.port, 'options.port');
    listenOnPort(server, options, backlog);
  } else if (options.path && isPipeName(options.path)) {
    listenOnPath(server, options, backlog);
  } else if (!('port' in options || 'path' in options)) {
    throw new ERR_INVALID_ARG_VALUE('options', options, 'must have the property "port" or "path"');
  } else {
    throw new ERR_INVALID_ARG_VALUE('options', options);
  }
}

/** (handle|path|port[, host][, backlog]): the first number behind the first argument. */
function backlogOf(args) {
  return toNumber(args.length > 1 && args[1]) || toNumber(args.length > 2 && args[2]);
}

/** listen(), listen(callback), listen(null) and options whose port is undefined or null. */
function asksForAnyPort(options, args) {
  if (args.length === 0 || typeof args[0] === 'function') return true;
  return 'port' in options && options.port == null;
}

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

function useHandle(server, handle, backlog) {
  server._handle = handle;
  server._listen2(null, -1, -1, backlog);
}

/** Node's handle has a socket that is bound, or listens already. */
function useNative(server, native, backlog) {
  const handle = takeServer(native);
  if (typeof handle === 'number') failed(server, handle);
  else useHandle(server, handle, backlog);
}

function listenOnPort(server, options, backlog) {
  const { host } = options;
  const port = options.port | 0;
  const flags = (options.ipv6Only === true ? IPV6ONLY : 0) | (options.reusePort === true ? REUSEPORT : 0);
  const exclusive = options.exclusive || options.reusePort === true;
  if (!host) {
    // Node 20 looks at these options for a host only.
    const known = defaults.major < 22 ? 0 : flags;
    listenOn(server, { address: null, port, addressType: 4, backlog, flags: known }, exclusive);
    return;
  }
  if (typeof host !== 'string') throw new ERR_INVALID_ARG_TYPE('hostname', 'of type string', host);
  // A literal is bound at once, so that address() answers on the next line; the built-in binds a tick later.
  const addressType = isIP(host);
  if (addressType) listenOn(server, { address: host, port, addressType, backlog, flags }, exclusive);
  else lookUpAndListen(server, host, { port, backlog, flags }, exclusive);
}

function lookUpAndListen(server, host, place, exclusive) {
  const id = server._listeningId;
  defaultLookup(host, { all: true }, (error, addresses) => {
    // Closed, or asked to listen to something else, meanwhile.
    if (id !== server._listeningId) return;
    if (error) {
      server.emit('error', error);
      return;
    }
    const { address, family } = firstUsable(addresses);
    listenOn(server, { ...place, address, addressType: family }, exclusive);
  });
}

/**
 * Listens on a place ({ address, port, addressType, backlog, fd, flags }): in a worker of a cluster on the primary's
 * socket, unless it shall be this process's own. `permissions` is the primary's business where it makes a file.
 */
function listenOn(server, place, exclusive, permissions) {
  const { address, port, addressType, backlog, fd, flags } = place;
  const start = () => server._listen2(address, port, addressType, backlog, fd, flags);
  const query = { address, port, addressType, fd, flags, backlog, ...permissions };
  if (exclusive || !listenInCluster(server, query, start)) start();
}

/** A link-local IPv6 address needs a zone to be listened on; another one is preferred. */
function firstUsable(addresses) {
  return (
    addresses.find(({ address, family }) => family !== 6 || !address.startsWith('fe80::')) ?? addresses[0]
  );
}

function listenOnPath(server, options, backlog) {
  const { path, readableAll, writableAll, exclusive } = options;
  const everyone = (readableAll ? 0o444 : 0) | (writableAll ? 0o222 : 0);
  if (path.startsWith('\0') && everyone) throw new ERR_INVALID_ARG_VALUE('options', options, ABSTRACT_MODE);
  server._pipeName = path;
  const place = { address: path, port: -1, addressType: -1, backlog };
  listenOn(server, place, exclusive, { readableAll, writableAll });
  // Before Node 22 the bits are added to the mode that the file has. A pipe of Windows has no file.
  if (server._handle && everyone && process.platform !== 'win32') {
    fs.chmodSync(path, defaults.major < 22 ? fs.statSync(path).mode | everyone : everyone);
  }
}

/**
 * A handle bound to an address, a path (port and addressType -1) or a descriptor; a negative error number if that
 * fails. Without an address: all addresses of both families, or of IPv4 where there is no IPv6.
 */
function createServerHandle(address, port, addressType, fd, flags) {
  if (typeof fd === 'number' && fd >= 0) return adopt(fd);
  if (port === -1 && addressType === -1) {
    requirePermission(address);
    const pipe = new PipeServer();
    return opened(pipe, pipe.bindPath(address));
  }
  if (!address) {
    const both = createServerHandle(ANY_V6, port, 6, undefined, flags);
    return typeof both === 'number' ? createServerHandle(ANY_V4, port, 4, undefined, flags) : both;
  }
  requirePermission('');
  const handle = new TCPServer();
  return opened(handle, handle.bind(address, port, Boolean(flags & IPV6ONLY), Boolean(flags & REUSEPORT)));
}

/** The handle, or the error number of what was to open it. */
function opened(handle, status) {
  if (status !== 0) handle.close();
  return status || handle;
}

/** A descriptor that listens, or is bound: TCP or unix. */
function adopt(fd) {
  const type = guessHandleType(fd);
  if (type !== 'TCP' && type !== 'PIPE') return EINVAL;
  const handle = type === 'TCP' ? new TCPServer() : new PipeServer();
  return opened(handle, handle.adopt(fd));
}

/**
 * Gives the server its handle, if it has none yet, and starts to accept; what server._listen2 does.
 * 'listening', or 'error', comes with the next tick.
 */
function start(server, onConnection, address, port, addressType, backlog, fd, flags) {
  const handle = server._handle ?? createServerHandle(address, port, addressType, fd, flags);
  const anywhere = !server._handle && !address && typeof fd !== 'number' && port >= 0;
  if (anywhere) [address, addressType] = anyOf(handle);
  const status = typeof handle === 'number' ? handle : startHandle(handle, server, onConnection, backlog);
  if (status !== 0) {
    failed(server, status, address, port);
    return;
  }
  server._handle = handle;
  channels.publishListenEnd(server);
  server._connectionKey = `${addressType}:${address}:${port}`;
  if (server._unref) server.unref();
  process.nextTick(() => {
    // Closed meanwhile: no 'listening'.
    if (server._handle) server.emit('listening');
  });
}

function failed(server, status, address, port) {
  server._handle = null;
  const error = listenException(status, address, port);
  channels.publishListenError(server, error);
  process.nextTick(() => server.emit('error', error));
}

/** 0, or the error number of a handle that is closed then. */
function startHandle(handle, server, onConnection, backlog) {
  handle.attach(server, onConnection);
  const status = handle.start(toBacklog(backlog));
  if (status !== 0) handle.close();
  return status;
}

/** What is no number counts as 0, as in native code. */
function toBacklog(backlog) {
  if (!backlog) return DEFAULT_BACKLOG;
  return typeof backlog === 'number' || typeof backlog === 'string' ? backlog | 0 : 0;
}

/** Which of the unspecified addresses was taken; the built-in names IPv4 when neither could be. */
function anyOf(handle) {
  const name = {};
  if (typeof handle === 'number') return defaults.hasIPv6() ? [ANY_V6, 6] : [ANY_V4, 4];
  handle.getsockname(name);
  return isIPv6(name.address) ? [ANY_V6, 6] : [ANY_V4, 4];
}

module.exports = { createServerHandle, listen, start };
