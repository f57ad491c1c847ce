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
  errnoOf,
  notABuffer,
} = require('../errors.js');
const { major } = require('../defaults.js');
const { buffersOf, gather } = require('./chunks.js');
const { claim } = require('./relay.js');
const { Request } = require('../handles/scope.js');
const { kHandle, kWriting } = require('./socket-state.js');
const { Transfer } = require('../handles/transfer.js');
const { Vector } = require('../handles/vector.js');
const { putText, small } = require('../reactor/blocks.js');
const turn = require('../reactor/turn.js');

const EFAULT = errnoOf('EFAULT');

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

/** Offers the kernel all of `data`; what it does not take at once is offered again when there is room. */
function write(socket, data, callback) {
  // Nothing is a system call as well: a peer that has reset is found by it.
  settle(socket, data, callback, socket[kHandle].writeSome(data, 0));
}

function writeText(socket, text, encoding, callback) {
  if (encoding === 'buffer') throw notABuffer();
  const length = putText(text, encoding);
  if (length < 0) {
    write(socket, Buffer.from(text, encoding), callback);
    return;
  }
  const taken = writeSmall(socket, length, callback);
  if (taken !== length) settle(socket, Buffer.from(text, encoding), callback, taken);
}

function writeAll(socket, chunks, callback) {
  const length = gather(chunks, small);
  if (length < 0) {
    write(socket, new Vector(buffersOf(chunks)), callback);
    return;
  }
  const taken = writeSmall(socket, length, callback);
  if (taken !== length) settle(socket, Buffer.concat(buffersOf(chunks)), callback, taken);
}

/** Offers the kernel what was put into the block for small writes. If it does not take all, its answer is to be settled. */
function writeSmall(socket, length, callback) {
  const handle = socket[kHandle];
  const taken = handle.writeSmall(length);
  if (taken === length) {
    handle.bytesWritten += length;
    callback();
  }
  return taken;
}

/** The kernel has taken so many bytes of `data`, or has answered an error number. */
function settle(socket, data, callback, taken) {
  const handle = socket[kHandle];
  const { length } = data;
  if (taken >= 0 || taken === AGAIN) handle.bytesWritten += length;
  if (taken === length) {
    callback();
  } else if (taken >= 0 || taken === AGAIN) {
    const offset = Math.max(taken, 0);
    handle.writeStarted(length - offset);
    const request = new Request('FERRONET_WRITE', callback);
    socket[kWriting] = { data, length, offset, request, seen: handle.writeQueueSize };
    if (taken >= 0) continueWriting(socket, handle);
  } else {
    callback(errnoException(taken, 'write'));
  }
}

function continueWriting(socket, handle) {
  const pending = socket[kWriting];
  const { data, length } = pending;
  while (pending.offset < length) {
    const taken = handle.writeSome(data, pending.offset);
    if (taken === AGAIN) return;
    if (taken <= 0) {
      // Nothing is left although it should be: the program has detached its buffer meanwhile.
      endWriting(socket, handle, errnoException(taken || EFAULT, 'write'));
      return;
    }
    pending.offset += taken;
    handle.writeQueueSize = length - pending.offset;
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
      writeAll(this, data, callback);
    } else if (typeof data === 'string') {
      writeText(this, data, encoding, callback);
    } else {
      write(this, claim(data), callback);
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

module.exports = { defineWriting, dropWriting, onWritable, writeAfterEnd };
