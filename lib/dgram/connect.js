'use strict';
// dgram.Socket's connect, connectSync and disconnect.

const { isIP } = require('node:net');
const {
  ERR_IP_BLOCKED,
  ERR_SOCKET_DGRAM_IS_CONNECTED,
  ERR_SOCKET_DGRAM_NOT_CONNECTED,
  addressException,
  errnoException,
} = require('../errors.js');
const { requireLiteral } = require('./bind.js');
const { kState, running, whenBound } = require('./state.js');
const { validatePort, validateString } = require('../validate.js');

function connect(port, address, callback) {
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
  const start = () => {
    if (callback) this.once('connect', callback);
    state.lookup(address, (error, ip) => finishConnect(this, error, ip, address, port, callback));
  };
  if (state.binding === 'bound') start();
  else whenBound(this, start);
}

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

function connectSync(port, address) {
  const state = running(this);
  port = validatePort(port, 'Port', false);
  if (state.connection !== 'disconnected') throw new ERR_SOCKET_DGRAM_IS_CONNECTED();
  if (address != null) {
    validateString(address, 'address');
    requireLiteral(address, 'address', 'connectSync');
  }
  if (state.binding === 'unbound') this.bindSync();
  const ip = address || (this.type === 'udp6' ? '::1' : '127.0.0.1');
  const failed = connectHandle(state, ip, address, port);
  if (failed) throw failed;
  state.connection = 'connected';
  process.nextTick(() => state.handle && this.emit('connect'));
}

function disconnect() {
  const state = this[kState];
  if (state.connection !== 'connected') throw new ERR_SOCKET_DGRAM_NOT_CONNECTED();
  const status = state.handle.disconnect();
  if (status !== 0) throw errnoException(status, 'connect');
  state.connection = 'disconnected';
}

module.exports = { connect, connectSync, disconnect };
