'use strict';
// What net.Socket does to read: starting and stopping the handle, and what a read brought.

const { Duplex } = require('node:stream');
const { errnoException } = require('../errors.js');
const relay = require('./relay.js');
const { kBulk, kHandle, kOnread } = require('./socket-state.js');
const { takeRead } = require('../reactor/blocks.js');

/** What one read of a stream handle can bring (lib/reactor/blocks.js). */
const READ_SIZE = 65536;

/** A usual read of this much lets the next one be relayed; a relayed one of less ends that. In bytes. */
const BULK = 32768;
const LITTLE = 8192;

/** What the last read could bring at most. */
let size = READ_SIZE;

function readStart(socket) {
  const status = socket[kHandle].readStart();
  if (status) socket.destroy(errnoException(status, 'read'));
}

/**
 * What push() answers. Where it would do nothing but emit the chunk, and ask in a tick of its own for the next one, which a
 * socket that reads sends by itself, the chunk is emitted here. The first is pushed: by that the stream knows that it was read.
 */
function give(socket, chunk) {
  const isFlowing = socket.readableDidRead && relay.isPassing(socket);
  return (isFlowing && socket.emit('data', chunk)) || socket.push(chunk);
}

/** Gives data to the program; false asks to stop reading. */
function deliver(socket, count) {
  const onread = socket[kOnread];
  if (onread === null) return relay.isPending() ? relay.deliver(socket) : give(socket, takeRead(count));
  return onread.callback.call(socket, count, onread.current) !== false;
}

/** Stopping and starting reach the handle at once where the program reads into its own buffer. */
function resumeOnread(socket) {
  if (socket[kOnread] && !socket.connecting && socket[kHandle] && !socket[kHandle].reading) readStart(socket);
}

/** Reads once, into the program's own buffer where it gave one (`onread`). */
function readFrom(socket, handle) {
  const onread = socket[kOnread];
  if (onread === null) return readOrRelay(socket, handle);
  onread.current = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer;
  size = onread.current.length;
  return handle.readInto(onread.current);
}

function readOrRelay(socket, handle) {
  const relayed = socket[kBulk] ? relay.relayFrom(socket, handle) : null;
  if (relayed !== null) {
    // However little it is, there may be more.
    size = 1;
    if (relayed > 0 && relayed < LITTLE) socket[kBulk] = false;
    return relayed;
  }
  size = READ_SIZE;
  const count = handle.read(socket[kBulk]);
  socket[kBulk] = count >= BULK;
  return count;
}

/** Less than this has emptied the kernel's buffer. */
function readSize() {
  return size;
}

/** What a read brought: bytes, 0 at the end, or a negative error number. */
function onRead(socket, count, handle) {
  if (socket[kHandle] !== handle) {
    relay.abandon();
    return;
  }
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
