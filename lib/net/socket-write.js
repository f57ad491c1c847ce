'use strict';
// What net.Socket does to write: at once, and the rest when there is room.

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const {
  AGAIN,
  ERR_SOCKET_CLOSED,
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION,
  FAILED,
  endedByPeer,
  errnoException,
  notABuffer,
} = require('../errors.js');
const { major } = require('../defaults.js');
const { claim } = require('./relay.js');
const { Request } = require('../handles/scope.js');
const { kHandle, kWriting } = require('./socket-state.js');
const { Transfer } = require('../handles/transfer.js');
const { putText } = require('../reactor/blocks.js');
const turn = require('../reactor/turn.js');

function writeWhenConnected(socket, isVector, data, encoding, callback) {
  socket._pendingData = data;
  socket._pendingEncoding = encoding;
  function onConnect() {
    socket.off('close', onClose);
    socket._writeGeneric(isVector, data, encoding, callback);
  }
  function onClose() {
    callback(new ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
  }
  socket.once('connect', onConnect);
  socket.once('close', onClose);
}

/** A chunk as bytes. Some Nodes let a text with the encoding 'buffer' come this far: among other chunks it is UTF-8. */
function bytesOf(data, encoding) {
  if (typeof data !== 'string') return data;
  return Buffer.from(data, encoding === 'buffer' ? 'utf8' : encoding);
}

/** Small chunks leave together, up to this many bytes; a larger one leaves by itself, uncopied. */
const PIECE_SIZE = 65536;

/** The chunks of one vector write, given out piece by piece: a writer far ahead is not copied as a whole. */
class Pieces {
  #buffers;
  #next = 0;
  /** Bytes that are still to be given out. */
  bytes = 0;

  constructor(chunks) {
    // Strings become bytes at once: their number has to be known.
    this.#buffers = chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding));
    for (const { length } of this.#buffers) this.bytes += length;
  }

  get isEmpty() {
    return this.#next === this.#buffers.length;
  }

  take() {
    const first = this.#next;
    let length = this.#buffers[this.#next++].length;
    while (this.#next < this.#buffers.length && length + this.#buffers[this.#next].length <= PIECE_SIZE)
      length += this.#buffers[this.#next++].length;
    this.bytes -= length;
    if (this.#next === first + 1) return this.#buffers[first];
    return Buffer.concat(this.#buffers.slice(first, this.#next), length);
  }
}

/**
 * Offers the kernel all of `data`, and of the `pieces` behind it if there are any; what it does not take at once is
 * offered again when there is room.
 */
function write(socket, data, pieces, callback) {
  // Nothing is a system call as well: a peer that has reset is found by it.
  settle(socket, data, pieces, callback, socket[kHandle].writeSome(data, 0));
}

function writeText(socket, text, encoding, callback) {
  if (encoding === 'buffer') throw notABuffer();
  const length = putText(text, encoding);
  if (length < 0) {
    write(socket, Buffer.from(text, encoding), null, callback);
    return;
  }
  const handle = socket[kHandle];
  const taken = handle.writeText(length);
  if (taken === length) {
    handle.bytesWritten += length;
    callback();
  } else {
    settle(socket, Buffer.from(text, encoding), null, callback, taken);
  }
}

/** The kernel has taken so many bytes of `data`, or has answered an error number. */
function settle(socket, data, pieces, callback, taken) {
  const handle = socket[kHandle];
  const total = data.length + (pieces?.bytes ?? 0);
  if (taken >= 0 || taken === AGAIN) handle.bytesWritten += total;
  if (taken === total) {
    callback();
  } else if (taken >= 0 || taken === AGAIN) {
    const offset = Math.max(taken, 0);
    handle.writeStarted(total - offset);
    const request = new Request('FERRONET_WRITE', callback);
    socket[kWriting] = { data, offset, pieces, request, seen: handle.writeQueueSize };
    if (taken >= 0) continueWriting(socket, handle);
  } else {
    callback(errnoException(taken, 'write'));
  }
}

function continueWriting(socket, handle) {
  const pending = socket[kWriting];
  const { pieces } = pending;
  for (;;) {
    // The program may have detached the buffer meanwhile: then there is nothing left of it.
    if (pending.offset >= pending.data.length) {
      if (pieces === null || pieces.isEmpty) break;
      pending.data = pieces.take();
      pending.offset = 0;
    }
    const taken = handle.writeSome(pending.data, pending.offset);
    if (taken === AGAIN) return;
    if (taken < 0) {
      endWriting(socket, handle, errnoException(taken, 'write'));
      return;
    }
    pending.offset += taken;
    handle.writeQueueSize = pending.data.length - pending.offset + (pieces?.bytes ?? 0);
  }
  endWriting(socket, handle, null);
}

function endWriting(socket, handle, error) {
  const { request } = socket[kWriting];
  socket[kWriting] = null;
  handle.writeEnded();
  turn.delivered();
  socket._unrefTimer();
  request.done(error);
}

/** Nothing is being written any more: the request that was is the caller's to end; undefined where there was none. */
function dropWriting(socket) {
  const pending = socket[kWriting];
  socket[kWriting] = null;
  if (pending?.data instanceof Transfer) pending.data.abandon();
  return pending?.request;
}

function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.call(this, chunk, encoding, callback);
  const done = typeof encoding === 'function' ? encoding : callback;
  const error = endedByPeer();
  if (typeof done === 'function') process.nextTick(done, error);
  this.destroy(error);
  return false;
}

/** There is room to write. */
function onWritable(socket, handle) {
  if (socket[kWriting] !== null && socket[kHandle] === handle) continueWriting(socket, handle);
}

/** The members of net.Socket that write. */
function defineWriting(prototype) {
  prototype._write = function (data, encoding, callback) {
    this._writeGeneric(false, data, encoding, callback);
  };

  prototype._writev = function (chunks, callback) {
    this._writeGeneric(true, chunks, '', callback);
  };

  prototype._writeGeneric = function (isVector, data, encoding, callback) {
    if (this.connecting) {
      writeWhenConnected(this, isVector, data, encoding, callback);
      return false;
    }
    this._pendingData = null;
    this._pendingEncoding = '';
    if (!this[kHandle]) {
      callback(new ERR_SOCKET_CLOSED());
      return false;
    }
    this._unrefTimer();
    if (isVector) {
      const pieces = new Pieces(data);
      write(this, pieces.take(), pieces, callback);
    } else if (typeof data === 'string') {
      writeText(this, data, encoding, callback);
    } else {
      write(this, claim(data), null, callback);
    }
  };

  prototype._final = function (callback) {
    // Node 20 waits for a connection that was not asked for yet.
    if (this.connecting || (major < 22 && !this[kHandle])) {
      const onClose = () => callback(new ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
      this.once('close', onClose);
      this.once('connect', () => {
        this.off('close', onClose);
        this._final(callback);
      });
      return;
    }
    if (!this[kHandle]) {
      callback();
      return;
    }
    // A peer that is gone already makes no difference to the end of writing.
    this[kHandle].shutdown((status) =>
      callback(status === FAILED ? errnoException(status, 'shutdown') : null),
    );
  };

  prototype.end = function (data, encoding, callback) {
    Duplex.prototype.end.call(this, data, encoding, callback);
    return this;
  };
}

module.exports = { bytesOf, defineWriting, dropWriting, onWritable, writeAfterEnd };
