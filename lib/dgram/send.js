'use strict';
// dgram.Socket's send and sendto.

const { isIP } = require('node:net');
const { messageParts, sendArgs } = require('../args.js');
const { ERR_INVALID_ARG_TYPE, ERR_IP_BLOCKED, addressException } = require('../errors.js');
const { kState, running, whenBound } = require('./state.js');
const { validateNumber, validatePort, validateString } = require('../validate.js');

/** The old name of send with all arguments. */
function sendto(buffer, offset, length, port, address, callback) {
  validateNumber(offset, 'offset');
  validateNumber(length, 'length');
  validateNumber(port, 'port');
  validateString(address, 'address');
  this.send(buffer, offset, length, port, address, callback);
}

function send(buffer, offset, length, port, address, callback) {
  const state = this[kState];
  const connected = state.connection === 'connected';
  const message = sendArgs(connected, buffer, offset, length, port, address, callback);
  const parts = messageParts(message.buffer);
  if (!connected) message.port = validatePort(message.port, 'Port', false);
  if (typeof message.callback !== 'function') message.callback = undefined;
  if (typeof message.address === 'function') {
    message.callback = message.address;
    message.address = undefined;
  } else if (message.address != null && typeof message.address !== 'string') {
    throw new ERR_INVALID_ARG_TYPE('address', 'of type string', message.address);
  }
  running(this);
  if (state.binding === 'unbound') this.bind({ port: 0, exclusive: true }, null);
  if (state.binding !== 'bound') {
    whenBound(this, () => this.send(parts, message.port, message.address, message.callback));
    return;
  }
  if (connected) transmit(this, parts, undefined, message);
  else state.lookup(message.address, (error, ip) => transmitTo(this, error, ip, parts, message));
}

function transmitTo(socket, error, ip, parts, message) {
  const { handle, sendBlockList } = socket[kState];
  if (!error && !handle) return;
  if (!error && sendBlockList?.check(ip, `ipv${isIP(ip)}`)) error = new ERR_IP_BLOCKED(ip);
  if (!error) {
    transmit(socket, parts, ip, message);
  } else if (message.callback) {
    process.nextTick(message.callback, error);
  } else if (error.code !== 'ERR_IP_BLOCKED') {
    process.nextTick(() => socket.emit('error', error));
  }
}

function transmit(socket, parts, ip, { address, port, callback }) {
  let length = 0;
  for (const part of parts) length += part.length;
  const status = socket[kState].handle.send(parts, length, ip, address, port, callback);
  // Without a callback a failed send is silent, as with the built-in.
  if (status < 0 && callback) process.nextTick(callback, addressException(status, 'send', address, port));
}

module.exports = { send, sendto };
