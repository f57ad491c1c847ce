'use strict';
// Sockets of a worker of node:cluster: the primary is asked for them, by the call that the built-ins make
// (cluster._getServer), so that workers with and without ferronet share addresses. What the primary has stays Node's.
// https://nodejs.org/api/cluster.html#how-it-works

const { addressException, errnoOf } = require('../errors.js');
const { nativeKind } = require('../handles/native.js');
const builtins = require('../builtins.js');
const { takeServer } = require('../handles/server.js');
const { takeStream } = require('../handles/stream.js');

const EADDRINUSE = errnoOf('EADDRINUSE');

/**
 * node:cluster in a worker, else undefined. A process without a channel to a parent is none, and does not load it. On
 * Windows handles have no descriptor to adopt.
 */
function workersCluster() {
  if (typeof process.send !== 'function' || process.platform === 'win32') return undefined;
  const cluster = require('node:cluster');
  // Bun and Deno have no such call.
  return cluster.isWorker && typeof cluster._getServer === 'function' ? cluster : undefined;
}

/**
 * Asks the primary for the socket that `query` names ({ address, port, addressType, fd, flags, ... }), and calls
 * `callback(status, handle)`: a negative error number, or 0 and a native handle or a stand-in for one. False where
 * there is no primary to ask.
 */
function askPrimary(socket, query, callback) {
  const cluster = workersCluster();
  if (cluster === undefined) return false;
  cluster._getServer(socket, query, (status, handle) => {
    if (status) {
      callback(status, null);
      return;
    }
    setOwner(handle, socket);
    callback(boundStatus(handle, query.port), handle);
  });
  return true;
}

/**
 * Gives the server the primary's socket and calls `start`; or the server emits 'error'. False where there is no primary
 * to ask.
 */
function listenInCluster(server, query, start) {
  const id = server._listeningId;
  return askPrimary(server, query, (status, given) => {
    // Closed, or asked to listen to something else, meanwhile.
    if (id !== server._listeningId) {
      given?.close();
      return;
    }
    const handle = status || handleOf(given);
    if (typeof handle === 'number') {
      given?.close();
      server.emit('error', addressException(handle, 'bind', query.address, query.port));
      return;
    }
    server._handle?.close();
    server._handle = handle;
    start();
  });
}

const handleOf = (given) => (nativeKind(given) ? takeServer(given) : new RoundRobinHandle(given));

/** A bind that failed in the primary may show only by the address (libuv reports EADDRINUSE late, src/unix/tcp.c). */
function boundStatus(handle, port) {
  if (!(port > 0) || !handle.getsockname) return 0;
  const name = {};
  return handle.getsockname(name) || (name.port === port ? 0 : EADDRINUSE);
}

let ownerSymbol;

/** Says whose the handle is: cluster closes the owner when the worker disconnects, and asks it for maxConnections. */
function setOwner(handle, owner) {
  ownerSymbol ??= findOwnerSymbol();
  handle[ownerSymbol] = owner;
}

/** The symbol that Node's own modules use; a built-in socket stands under it in its handle. */
function findOwnerSymbol() {
  const socket = builtins.dgram.members.createSocket('udp4');
  const inside = Object.getOwnPropertySymbols(socket).map((symbol) => socket[symbol]);
  const { handle } = inside.find((value) => value?.handle);
  const symbol = Object.getOwnPropertySymbols(handle).find((name) => handle[name] === socket);
  socket.close();
  return symbol;
}

/**
 * What a server in a worker has in `_handle` when the primary accepts (SCHED_RR): nothing of ours listens, and the
 * connections come through the channel.
 */
class RoundRobinHandle {
  owner = null;
  #standIn;
  /** As that of a handle that listens (lib/handles/server.js). */
  onconnection = null;

  constructor(standIn) {
    this.#standIn = standIn;
    standIn.onconnection = (status, native) => {
      const connection = status || takeStream(native);
      if (typeof connection === 'number') this.onconnection(connection);
      else this.onconnection(0, connection);
    };
    // A unix socket has no address, and its stand-in no such method.
    if (standIn.getsockname) this.getsockname = (out) => standIn.getsockname(out);
  }

  attach(owner, onConnection) {
    this.owner = owner;
    this.onconnection = onConnection;
  }

  start(backlog) {
    return this.#standIn.listen(backlog);
  }

  ref() {
    this.#standIn.ref();
  }

  unref() {
    this.#standIn.unref();
  }

  close() {
    this.#standIn.close();
  }
}

module.exports = { askPrimary, listenInCluster };
