'use strict';
// dgram.Socket's options: time to live, broadcast, multicast, buffer sizes.

const defaults = require('../defaults.js');
const {
  ERR_MISSING_ARGS,
  ERR_SOCKET_BAD_BUFFER_SIZE,
  bufferSizeError,
  errnoException,
} = require('../errors.js');
const { kState, running } = require('./state.js');
const { validateNumber, validateString } = require('../validate.js');

function check(status, syscall) {
  if (status !== 0) throw errnoException(status, syscall);
}

/** An interface may be left out; anything else is text, as the built-in's native code reads it. */
const text = (value) => (value == null ? undefined : `${value}`);

/** What cannot be made text is no group, from Node 22 on. */
function groupText(value) {
  if (defaults.major < 22) return text(value);
  try {
    return String(value);
  } catch {
    return '';
  }
}

function membership(socket, group, interfaceAddress, join, syscall) {
  const { handle } = running(socket);
  if (!group) throw new ERR_MISSING_ARGS('multicastAddress');
  check(handle.membership(groupText(group), text(interfaceAddress), join), syscall);
}

function sourceMembership(socket, source, group, interfaceAddress, join, syscall) {
  const { handle } = running(socket);
  validateString(source, 'sourceAddress');
  validateString(group, 'groupAddress');
  check(handle.sourceMembership(source, group, text(interfaceAddress), join), syscall);
}

const RECEIVE = { receive: true, syscall: 'uv_recv_buffer_size' };
const SEND = { receive: false, syscall: 'uv_send_buffer_size' };

/** Sets a buffer size, or asks for it with 0. */
function bufferSize(socket, size, { receive, syscall }) {
  if (size >>> 0 !== size) throw new ERR_SOCKET_BAD_BUFFER_SIZE();
  const result = socket[kState].handle.bufferSize(size, receive);
  if (result < 0) throw bufferSizeError(result, syscall);
  return result;
}

/** What createSocket was asked for, once there is a descriptor. */
function applyBufferSizes(socket) {
  const { recvBufferSize, sendBufferSize } = socket[kState];
  if (recvBufferSize) bufferSize(socket, recvBufferSize, RECEIVE);
  if (sendBufferSize) bufferSize(socket, sendBufferSize, SEND);
}

const options = {
  setBroadcast: function (on) {
    check(this[kState].handle.setBroadcast(Boolean(on)), 'setBroadcast');
  },

  setTTL: function (ttl) {
    validateNumber(ttl, 'ttl');
    check(this[kState].handle.setTTL(ttl | 0), 'setTTL');
    return ttl;
  },

  setMulticastTTL: function (ttl) {
    validateNumber(ttl, 'ttl');
    check(this[kState].handle.setMulticastTTL(ttl | 0), 'setMulticastTTL');
    return ttl;
  },

  setMulticastLoopback: function (on) {
    check(this[kState].handle.setMulticastLoopback(Boolean(on)), 'setMulticastLoopback');
    return on;
  },

  setMulticastInterface: function (interfaceAddress) {
    const { handle } = running(this);
    validateString(interfaceAddress, 'interfaceAddress');
    check(handle.setMulticastInterface(interfaceAddress), 'setMulticastInterface');
  },

  addMembership: function (multicastAddress, interfaceAddress) {
    membership(this, multicastAddress, interfaceAddress, true, 'addMembership');
  },

  dropMembership: function (multicastAddress, interfaceAddress) {
    membership(this, multicastAddress, interfaceAddress, false, 'dropMembership');
  },

  addSourceSpecificMembership: function (sourceAddress, groupAddress, interfaceAddress) {
    sourceMembership(
      this,
      sourceAddress,
      groupAddress,
      interfaceAddress,
      true,
      'addSourceSpecificMembership',
    );
  },

  dropSourceSpecificMembership: function (sourceAddress, groupAddress, interfaceAddress) {
    sourceMembership(
      this,
      sourceAddress,
      groupAddress,
      interfaceAddress,
      false,
      'dropSourceSpecificMembership',
    );
  },

  setRecvBufferSize: function (size) {
    bufferSize(this, size, RECEIVE);
  },

  setSendBufferSize: function (size) {
    bufferSize(this, size, SEND);
  },

  getRecvBufferSize: function () {
    return bufferSize(this, 0, RECEIVE);
  },

  getSendBufferSize: function () {
    return bufferSize(this, 0, SEND);
  },

  getSendQueueSize: function () {
    return this[kState].handle.getSendQueueSize();
  },

  getSendQueueCount: function () {
    return this[kState].handle.getSendQueueCount();
  },
};

module.exports = { applyBufferSizes, options };
