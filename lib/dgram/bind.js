'use strict';
// dgram.Socket's bind and bindSync.

const { isIP } = require('node:net');
const { bindArgs, bindSyncArgs } = require('../args.js');
const { guessHandleType } = require('../binding.js');
const { askPrimary } = require('../processes/cluster.js');
const {
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_FD_TYPE,
  ERR_SOCKET_ALREADY_BOUND,
  addressException,
  deniedException,
  errnoException,
} = require('../errors.js');
const { denial } = require('../permission.js');
const { nativeKind } = require('../handles/native.js');
const { UDP, takeUdp } = require('../handles/udp.js');
const { applyBufferSizes } = require('./options.js');
const { events, kState, running } = require('./state.js');
const { validatePort, validateString } = require('../validate.js');

/** Flags of a UDP bind, by libuv's numbers (include/uv.h). */
const UV_UDP_IPV6ONLY = 1;
const UV_UDP_REUSEADDR = 4;

function bind(port, address) {
  const state = running(this);
  if (state.binding !== 'unbound') throw new ERR_SOCKET_ALREADY_BOUND();
  state.binding = 'binding';
  const callback = arguments.length > 0 ? arguments[arguments.length - 1] : undefined;
  if (typeof callback === 'function') onceBound(this, callback);
  if (port instanceof UDP || nativeKind(port) === 'UDP') {
    const handle = port instanceof UDP ? port : takeUdp(port, this.type);
    if (typeof handle === 'number') throw errnoException(handle, 'open');
    replaceHandle(this, handle);
    return this;
  }
  const wanted = bindArgs(port, address);
  // The built-in takes 32 bit numbers for descriptors, and others for none.
  if ((wanted.fd | 0) === wanted.fd && wanted.fd > 0) {
    if (wanted.exclusive || !bindInCluster(this, { address: null, port: null, fd: wanted.fd, flags: null }))
      adopt(this, wanted.fd);
    return this;
  }
  // The built-in binds with the next tick at the earliest.
  state.lookup(wanted.address || any(this), (error, ip) =>
    process.nextTick(finishBind, this, error, ip, wanted),
  );
  return this;
}

const any = (socket) => (socket.type === 'udp6' ? '::' : '0.0.0.0');

function finishBind(socket, error, ip, { port, exclusive }) {
  const state = socket[kState];
  if (!state.handle) return;
  if (error) {
    bindFailed(socket, error);
    return;
  }
  const shared = !exclusive && !state.reusePort;
  if (shared && bindInCluster(socket, { address: ip, port, fd: -1, flags: flagsOf(state) })) return;
  const failed = bindHandle(state, ip, port);
  if (failed) {
    bindFailed(socket, failed);
    return;
  }
  startListening(socket);
  socket.emit('listening');
}

function bindFailed(socket, error) {
  socket[kState].binding = 'unbound';
  socket.emit('error', error);
}

const flagsOf = ({ ipv6Only, reuseAddr }) =>
  (ipv6Only ? UV_UDP_IPV6ONLY : 0) | (reuseAddr ? UV_UDP_REUSEADDR : 0);

/** In a worker of a cluster the socket is the primary's, shared with the other workers; false elsewhere. */
function bindInCluster(socket, place) {
  const { address, port, fd } = place;
  return askPrimary(socket, { ...place, addressType: socket.type }, (status, native) => {
    const running = Boolean(socket[kState].handle);
    const handle = status || (running && takeUdp(native, socket.type));
    if (typeof handle === 'object') {
      replaceHandle(socket, handle);
      return;
    }
    native?.close();
    if (!running) return;
    const byAddress = () => addressException(handle, 'bind', address, port);
    bindFailed(socket, fd > 0 ? errnoException(handle, 'open') : byAddress());
  });
}

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
  socket.emit('listening');
}

/** A handle that was bound elsewhere (dgram._createSocketHandle) takes the place of the socket's own. */
function replaceHandle(socket, handle) {
  const state = socket[kState];
  state.handle.close();
  state.handle = handle;
  handle.attach(socket, events);
  startListening(socket);
  socket.emit('listening');
}

/** The error of binding, or null. Ports are as lenient as the built-in's: the low 16 bits of a number. */
function bindHandle(state, ip, port) {
  const denied = denial(ip);
  if (denied) return deniedException(denied, 'bind', ip, port);
  const { handle, ipv6Only, reuseAddr, reusePort } = state;
  const status = handle.bindTo(
    ip,
    +(port || 0) & 0xffff,
    Boolean(ipv6Only),
    Boolean(reuseAddr),
    Boolean(reusePort),
  );
  return status === 0 ? null : addressException(status, 'bind', ip, port);
}

function startListening(socket) {
  const state = socket[kState];
  state.handle.recvStart();
  state.receiving = true;
  state.binding = 'bound';
  applyBufferSizes(socket);
}

function bindSync(...args) {
  const state = running(this);
  const { port, address } = bindSyncArgs(...args);
  if (state.binding !== 'unbound') throw new ERR_SOCKET_ALREADY_BOUND();
  if (port != null) validatePort(port, 'options.port');
  if (address) {
    validateString(address, 'options.address');
    requireLiteral(address, 'options.address', 'bindSync');
  }
  const failed = bindHandle(state, address || any(this), port);
  if (failed) throw failed;
  startListening(this);
  process.nextTick(() => state.handle && this.emit('listening'));
  return this.address();
}

function requireLiteral(address, name, caller) {
  if (address === '' || isIP(address)) return;
  throw new ERR_INVALID_ARG_VALUE(
    name,
    address,
    `must be a numeric IP address; ${caller} does not perform DNS resolution`,
  );
}

module.exports = { bind, bindSync, requireLiteral };
