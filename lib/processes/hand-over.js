'use strict';
// Sockets and servers of ours on their way to another process. Node sends handles of its own only: a built-in object
// around a duplicate of the descriptor goes in place of ours.

const fs = require('node:fs');
const binding = require('../binding.js');
const { ERR_INVALID_HANDLE_TYPE, errnoException, errnoOf } = require('../errors.js');
const { isOurs } = require('../handles/native.js');
const builtins = require('../builtins.js');
const { Server } = require('../net/server.js');
const { kHandle } = require('../net/socket-state.js');
const { dropWriting } = require('../net/socket-write.js');
const { kState } = require('../dgram/state.js');

const { members: node } = builtins.net;
const ECANCELED = errnoOf('ECANCELED');

const isObject = (value) => value !== null && typeof value === 'object';
/** Also under ferronet/register, where `instanceof` says yes to the built-in's. */
const isServer = (object) => Function.prototype[Symbol.hasInstance].call(Server, object);

/** Calls `make(fd)` with a duplicate of the handle's descriptor, which is closed if that throws. */
function withDuplicate(handle, make) {
  const fd = binding.duplicateDescriptor(handle.fd ?? -1);
  // A server of a cluster's worker whose connections come from the primary has no socket of its own.
  if (fd < 0) throw new ERR_INVALID_HANDLE_TYPE();
  try {
    return make(fd);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** A built-in socket for a handle of a connection. It reads nothing. */
const builtinStream = (handle) =>
  withDuplicate(handle, (fd) => new node.Socket({ fd, manualStart: true, allowHalfOpen: true }));

/** Node's own handle for one that listens. It accepts nothing. */
function nativeServer(handle) {
  return withDuplicate(handle, (fd) => {
    const native = node._createServerHandle(null, null, null, fd);
    if (typeof native === 'number') throw errnoException(native, 'open');
    return native;
  });
}

function socketCopy(socket) {
  const handle = socket[kHandle];
  // Without a connection the message goes alone, as with the built-in.
  const copy = handle ? builtinStream(handle) : new node.Socket();
  // By its server the two processes know of each other's connections.
  copy.server = socket.server;
  return {
    copy,
    detach: () => {
      if (handle) detach(socket, handle);
    },
    release: () => copy.destroy(),
  };
}

/** The connection is the other process's now: the socket stays without a handle, and without events. */
function detach(socket, handle) {
  const request = dropWriting(socket);
  socket[kHandle] = null;
  socket.setTimeout(0);
  handle.close(() => request?.done(errnoException(ECANCELED, 'write')));
}

function serverCopy(server) {
  const copy = new node.Server();
  if (server._handle) copy._handle = nativeServer(server._handle);
  return { copy, release: () => copy._handle?.close() };
}

function udpCopy(socket) {
  const { handle } = socket[kState];
  const copy = builtins.dgram.members.createSocket(socket.type);
  const release = () => copy.close();
  if (!handle || handle.fd < 0) return { copy, release };
  try {
    withDuplicate(handle, (fd) => copy.bind({ fd, exclusive: true }));
  } catch (error) {
    release();
    throw error;
  }
  stopReceiving(copy);
  return { copy, release };
}

/** What arrives is for our socket and for the other process. */
function stopReceiving(copy) {
  const inside = Object.getOwnPropertySymbols(copy).map((symbol) => copy[symbol]);
  inside.find((value) => value?.handle).handle.recvStop();
}

/** A handle of ours by itself, as `socket._handle`: Node's own of the same kind. */
function handleCopy(handle) {
  if (handle instanceof binding.UdpSocket) throw new ERR_INVALID_HANDLE_TYPE();
  const native = handle instanceof binding.Server ? nativeServer(handle) : builtinStream(handle)._handle;
  return { copy: native, release: () => native.close() };
}

/**
 * What goes in place of something of ours: { copy, detach, release }. `detach` takes the connection from our socket,
 * where there is one to take; `release` closes the copy. Undefined for everything else.
 */
function builtinCopy(object) {
  if (!isObject(object)) return undefined;
  if (kHandle in object) return socketCopy(object);
  if (kState in object) return udpCopy(object);
  if (isServer(object)) return serverCopy(object);
  return isOurs(object) ? handleCopy(object) : undefined;
}

module.exports = { builtinCopy };
