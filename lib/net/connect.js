'use strict';
// Connecting a net.Socket: the address by name or literal, the attempts one after the other, and their errors.

const { isIP } = require('node:net');
const {
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_IP_ADDRESS,
  ERR_IP_BLOCKED,
  ERR_SOCKET_CONNECTION_TIMEOUT,
  addressException,
  connectAggregate,
  deniedException,
  errnoOf,
} = require('../errors.js');
const defaults = require('../defaults.js');
const { connectLookupOptions, defaultLookup, interleave, resultError } = require('../lookup.js');
const { denial, requirePermission } = require('../permission.js');
const { TCP } = require('../handles/stream.js');
const { touch } = require('./timeout.js');
const {
  validateBoolean,
  validateFunction,
  validateInt32,
  validateNumber,
  validatePort,
  validateString,
} = require('../validate.js');

const { clearTimeout, setTimeout } = globalThis;

/** Attempt timeouts below this are raised to it. */
const MIN_ATTEMPT_TIMEOUT = 10;

const EINVAL = errnoOf('EINVAL');

const ANY_V4 = '0.0.0.0';
const ANY_V6 = '::';

/** What the options of connect() ask for, checked in Node's order. */
function readTarget(options) {
  const { localAddress, localPort } = options;
  const host = options.host || 'localhost';
  let { port, autoSelectFamily, autoSelectFamilyAttemptTimeout: attemptTimeout } = options;
  if (localAddress && !isIP(localAddress)) throw new ERR_INVALID_IP_ADDRESS(localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
  if (port !== undefined) {
    if (typeof port !== 'number' && typeof port !== 'string')
      throw new ERR_INVALID_ARG_TYPE('options.port', 'one of type number or string', port);
    validatePort(port);
  }
  port |= 0;
  if (autoSelectFamily != null) validateBoolean(autoSelectFamily, 'options.autoSelectFamily');
  else autoSelectFamily = defaults.autoSelectFamily;
  if (attemptTimeout != null) {
    validateInt32(attemptTimeout, 'options.autoSelectFamilyAttemptTimeout', 1);
    attemptTimeout = Math.max(attemptTimeout, MIN_ATTEMPT_TIMEOUT);
  } else {
    attemptTimeout = defaults.attemptTimeout;
  }
  return { host, port, localAddress, localPort, autoSelectFamily, attemptTimeout };
}

/**
 * Connects over TCP: at once for a literal, after a lookup for a name. `replaceHandle(socket, handle)` gives the
 * socket the handle of its next attempt.
 */
function connectTcp(socket, options, replaceHandle) {
  const target = readTarget(options);
  defaults.checkHost(target.host);
  const family = isIP(target.host);
  if (family) {
    process.nextTick(() => {
      if (socket.connecting) attempt(socket, { address: target.host, family }, target);
    });
    return;
  }
  if (options.lookup != null) validateFunction(options.lookup, 'options.lookup');
  const lookup = options.lookup || defaultLookup;
  const lookupOptions = connectLookupOptions(options);
  socket._host = target.host;
  const single = !target.autoSelectFamily || [4, 6].includes(lookupOptions.family) || target.localAddress;
  if (single) lookupOne(socket, target, lookup, lookupOptions, options);
  else lookupAll(socket, { ...target, replaceHandle }, lookup, lookupOptions, options);
}

function lookupOne(socket, target, lookup, lookupOptions, options) {
  lookup(target.host, lookupOptions, (error, address, family) => {
    socket.emit('lookup', error, address, family, target.host);
    touch(socket);
    if (!socket.connecting) return;
    const failure = error || resultError({ address, family }, options.host, options.port);
    if (failure) destroyNextTick(socket, failure);
    else attempt(socket, { address, family }, target);
  });
}

function lookupAll(socket, target, lookup, lookupOptions, options) {
  lookup(target.host, { ...lookupOptions, all: true }, (error, addresses) => {
    if (!socket.connecting) return;
    if (error) {
      socket.emit('lookup', error, undefined, undefined, target.host);
      destroyNextTick(socket, error);
      return;
    }
    for (const { address, family } of addresses) {
      socket.emit('lookup', error, address, family, target.host);
      if (!socket.connecting) return;
    }
    const order = interleave(addresses);
    touch(socket);
    if (order.length === 0)
      destroyNextTick(socket, resultError(addresses[0] ?? {}, options.host, options.port));
    else if (order.length === 1) attempt(socket, order[0], target);
    else {
      const series = new Series(socket, order, target);
      process.nextTick(() => series.next());
    }
  });
}

function destroyNextTick(socket, error) {
  process.nextTick(() => socket.destroy(error));
}

/** Gives the handle its local address. The error, or null. */
function bindLocal(handle, family, localAddress, localPort) {
  if (!localAddress && !localPort) return null;
  requirePermission('');
  const address = localAddress || (family === 6 ? ANY_V6 : ANY_V4);
  const status = isIP(address) === family ? handle.bind(address, localPort & 0xffff, false) : EINVAL;
  return status === 0 ? null : addressException(status, 'bind', address, localPort);
}

/** A connection error with the local side, if that is known. */
function connectException(status, { address, port, localAddress, localPort }) {
  const error = addressException(
    status,
    'connect',
    address,
    port,
    localAddress && localPort ? `${localAddress}:${localPort}` : '',
  );
  if (localAddress && localPort) {
    error.localAddress = localAddress;
    error.localPort = localPort;
  }
  return error;
}

/** connect(2) itself failed: the local side is whatever the handle has by now. */
function refusedAtOnce(socket, status, address, port) {
  const name = socket._getsockname();
  return addressException(status, 'connect', address, port, name ? `${name.address}:${name.port}` : '');
}

/** The one attempt of a connect to a single address. */
function attempt(socket, { address, family }, { port, localAddress, localPort }) {
  const handle = socket._handle;
  const failed = bindLocal(handle, family, localAddress, localPort);
  if (failed) {
    socket.destroy(failed);
    return;
  }
  socket.emit('connectionAttempt', address, port, family);
  if (!socket.connecting || socket._handle !== handle) return;
  if (socket.blockList?.check(address, `ipv${family}`)) {
    socket.destroy(new ERR_IP_BLOCKED(address));
    return;
  }
  const denied = denial(address);
  if (denied) {
    socket.destroy(deniedException(denied, 'connect', address, port));
    return;
  }
  const local = localAddress || (localPort && (family === 6 ? ANY_V6 : ANY_V4));
  handle.target = { address, port, family, localAddress: local, localPort };
  const status = handle.start(address, port);
  if (status !== 0) {
    const error = refusedAtOnce(socket, status, address, port);
    socket.emit('connectionAttemptFailed', address, port, family, error);
    socket.destroy(error);
  }
}

/** Connects to a unix socket; there is no lookup and no attempt event. */
function connectPath(socket, path) {
  validateString(path, 'options.path');
  const denied = denial(path);
  if (denied) {
    socket.destroy(deniedException(denied, 'connect', path));
    return;
  }
  const handle = socket._handle;
  handle.target = { address: path };
  const status = handle.start(path);
  if (status !== 0) socket.destroy(refusedAtOnce(socket, status, path));
}

/**
 * A connect to several addresses: one attempt after the other, each with a time limit but the last
 * (https://nodejs.org/api/net.html#socketconnectoptions-connectlistener, autoSelectFamily).
 */
class Series {
  #socket;
  #addresses;
  #target;
  #index = 0;
  #errors = [];
  #timer = null;

  constructor(socket, addresses, target) {
    this.#socket = socket;
    this.#addresses = addresses;
    this.#target = target;
    socket.autoSelectFamilyAttemptedAddresses = [];
  }

  next() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket.connecting) return;
    while (this.#index < this.#addresses.length) {
      const { address, family } = this.#addresses[this.#index++];
      const error = this.#start(address, family);
      if (error === null || !socket.connecting) return;
      this.#errors.push(error);
    }
    socket.destroy(
      this.#errors.length === 0 ? new ERR_SOCKET_CONNECTION_TIMEOUT() : connectAggregate(this.#errors),
    );
  }

  /** Starts one attempt; its error if it failed at once. */
  #start(address, family) {
    const socket = this.#socket;
    const { port, localPort, attemptTimeout, replaceHandle } = this.#target;
    if (this.#index > 1) replaceHandle(socket, new TCP());
    const handle = socket._handle;
    const failed = bindLocal(handle, family, undefined, localPort);
    if (failed) return failed;
    if (socket.blockList?.check(address, `ipv${family}`)) {
      const error = new ERR_IP_BLOCKED(address);
      socket.emit('connectionAttemptFailed', address, port, family, error);
      return error;
    }
    socket.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
    socket.emit('connectionAttempt', address, port, family);
    if (!socket.connecting) return null;
    const denied = denial(address);
    if (denied) {
      const error = deniedException(denied, 'connect', address, port);
      socket.emit('connectionAttemptFailed', address, port, family, error);
      return error;
    }
    const local = localPort && (family === 6 ? ANY_V6 : ANY_V4);
    handle.target = { address, port, family, localAddress: local, localPort, series: this };
    const status = handle.start(address, port);
    if (status !== 0) {
      const error = refusedAtOnce(socket, status, address, port);
      socket.emit('connectionAttemptFailed', address, port, family, error);
      return error;
    }
    if (this.#index < this.#addresses.length)
      this.#timer = setTimeout(() => this.#expire(handle), attemptTimeout);
    return null;
  }

  #expire(handle) {
    const { address, port, family } = handle.target;
    const error = connectException(errnoOf('ETIMEDOUT'), handle.target);
    this.#socket.emit('connectionAttemptTimeout', address, port, family);
    this.#errors.push(error);
    handle.abandoned = true;
    handle.close();
    this.next();
  }

  /** An attempt has ended. True when the socket is connected by it. */
  ended(status, handle) {
    clearTimeout(this.#timer);
    if (status === 0) return true;
    const { address, port, family } = handle.target;
    const error = connectException(status, handle.target);
    this.#errors.push(error);
    this.#socket.emit('connectionAttemptFailed', address, port, family, error);
    this.next();
    return false;
  }
}

/** An attempt to connect has ended; tells whether the socket is connected, and destroys it if it failed. */
function attemptEnded(socket, status, handle) {
  const { series, address, port, family } = handle.target;
  if (series) return series.ended(status, handle);
  if (status === 0) return true;
  const error = connectException(status, handle.target);
  socket.emit('connectionAttemptFailed', address, port, family, error);
  socket.connecting = false;
  socket.destroy(error);
  return false;
}

module.exports = { attemptEnded, connectPath, connectTcp };
