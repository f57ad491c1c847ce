'use strict';
// Addresses, states and counters of a net.Socket.

const { Buffer } = require('node:buffer');
const { kCounts, kHandle, kPeer } = require('./socket-state.js');
const { bytesOf } = require('./chunks.js');

/** bytesWritten: what the handle has, what the stream buffers, and what waits for the connection. */
function bytesWritten(socket) {
  const dispatched = socket._bytesDispatched;
  let bytes =
    dispatched +
    socket._writableState.getBuffer().reduce((sum, { chunk, encoding }) => {
      return sum + (chunk instanceof Buffer ? chunk.length : Buffer.byteLength(chunk, encoding));
    }, 0);
  const pending = socket._pendingData;
  if (Array.isArray(pending)) {
    for (const { chunk, encoding } of pending) bytes += bytesOf(chunk, encoding).length;
  } else if (pending) {
    bytes += bytesOf(pending, socket._pendingEncoding).length;
  }
  return bytes;
}

function readyState(socket) {
  if (socket.connecting) return 'opening';
  if (socket.readable && socket.writable) return 'open';
  if (socket.readable) return 'readOnly';
  return socket.writable ? 'writeOnly' : 'closed';
}

const accessors = {
  _bytesDispatched: [
    (s) => (s[kHandle] ? s[kHandle].bytesWritten : (s[kCounts]?.written ?? 0)),
    { enumerable: true },
  ],
  _connecting: [(s) => s.connecting],
  bufferSize: [(s) => (s[kHandle] ? s.writableLength : undefined)],
  bytesRead: [(s) => (s[kHandle] ? s[kHandle].bytesRead : (s[kCounts]?.read ?? 0)), { enumerable: true }],
  bytesWritten: [bytesWritten, { enumerable: true }],
  localAddress: [(s) => s._getsockname().address, { enumerable: true }],
  localFamily: [(s) => s._getsockname().family, { enumerable: true }],
  localPort: [(s) => s._getsockname().port, { enumerable: true }],
  pending: [(s) => !s[kHandle] || s.connecting, { configurable: true }],
  readyState: [readyState],
  remoteAddress: [(s) => s._getpeername().address, { enumerable: true }],
  remoteFamily: [(s) => s._getpeername().family, { enumerable: true }],
  remotePort: [(s) => s._getpeername().port, { enumerable: true }],
};

/** The members of net.Socket that tell. */
function defineAddresses(prototype) {
  prototype.address = function () {
    return this._getsockname();
  };

  prototype._getsockname = function () {
    const handle = this[kHandle];
    if (!handle) return {};
    if (!this._sockname) {
      const name = {};
      handle.getsockname(name);
      this._sockname = name;
    }
    return this._sockname;
  };

  prototype._getpeername = function () {
    if (!this[kHandle] || this.connecting) return this[kPeer] || {};
    if (!this[kPeer]) {
      const name = {};
      if (this[kHandle].getpeername(name) !== 0) return name;
      this[kPeer] = name;
    }
    return this[kPeer];
  };

  for (const [name, [read, flags]] of Object.entries(accessors)) {
    Object.defineProperty(prototype, name, {
      configurable: false,
      enumerable: false,
      ...flags,
      get() {
        return read(this);
      },
    });
  }

  Object.defineProperty(prototype, '_handle', {
    get() {
      return this[kHandle];
    },
    set(handle) {
      this[kHandle] = handle;
    },
  });
}

module.exports = { defineAddresses };
