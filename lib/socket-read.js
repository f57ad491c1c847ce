'use strict';
// What net.Socket does to read: starting and stopping the handle, and what a read brought.

const { Duplex } = require('node:stream');
const { errnoException } = require('./errors.js');
const { kHandle, kOnread } = require('./socket-state.js');
const turn = require('./turn.js');

/** What one read of a stream handle can bring (lib/turn.js). */
const READ_SIZE = 65536;

function readStart(socket) {
  const status = socket[kHandle].readStart();
  if (status !== 0) socket.destroy(errnoException(status, 'read'));
}

/** Gives data to the program; false asks to stop reading. */
function deliver(socket, count) {
  const onread = socket[kOnread];
  if (onread === null) return socket.push(turn.takeFromBlock(count));
  return onread.callback.call(socket, count, onread.current) !== false;
}

/** Stopping and starting reach the handle at once where the program reads into its own buffer. */
function resumeOnread(socket) {
  if (socket[kOnread] && !socket.connecting && socket[kHandle] && !socket[kHandle].reading) readStart(socket);
}

/** Reads once, into the program's own buffer where it gave one (`onread`). */
function readFrom(socket, handle) {
  const onread = socket[kOnread];
  if (onread === null) return handle.read();
  onread.current = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer;
  return handle.readInto(onread.current);
}

/** What one read can bring at most: less than that has emptied the kernel's buffer. */
function readSize(socket) {
  return socket[kOnread] === null ? READ_SIZE : socket[kOnread].current.length;
}

/** What a read brought: bytes, 0 at the end, or a negative error number. */
function onRead(socket, count, handle) {
  if (socket[kHandle] !== handle) return;
  if (count < 0) {
    socket.destroy(errnoException(count, 'read'));
    return;
  }
  socket._unrefTimer();
  if (count > 0) {
    if (!deliver(socket, count)) handle.readStop();
    return;
  }
  handle.readStop();
  // 'end' comes when the program has consumed what came before.
  socket.push(null);
  socket.read(0);
}

/** The members of net.Socket that read. */
function defineReading(prototype) {
  prototype._read = function (size) {
    if (this.connecting || !this[kHandle]) {
      this.once('connect', () => this._read(size));
    } else if (!this[kHandle].reading) {
      readStart(this);
    }
  };

  prototype.pause = function () {
    if (this[kOnread] && !this.connecting && this[kHandle]?.reading) this[kHandle].readStop();
    return Duplex.prototype.pause.call(this);
  };

  prototype.resume = function () {
    resumeOnread(this);
    return Duplex.prototype.resume.call(this);
  };

  prototype.read = function (size) {
    resumeOnread(this);
    return Duplex.prototype.read.call(this, size);
  };
}

module.exports = { defineReading, onRead, readFrom, readSize };
