'use strict';
// How a net.Socket ends.

const { major } = require('../defaults.js');
const { ERR_INVALID_HANDLE_TYPE, ERR_SOCKET_CLOSED, errnoException, errnoOf } = require('../errors.js');
const { kCounts, kHandle, kReset } = require('./socket-state.js');
const { dropWriting } = require('./socket-write.js');
const { TCP } = require('../handles/stream.js');
const { stopTimers } = require('./timeout.js');

const ECANCELED = errnoOf('ECANCELED');

/** Closes the handle. What was being written ends with it; its callback comes before 'close', as libuv's does. */
function closeHandle(socket, handle, hadError) {
  const request = dropWriting(socket);
  const closed = () => {
    // Node 20 says nothing of it.
    request?.done(major < 22 ? null : errnoException(ECANCELED, 'write'));
    socket.emit('close', hadError);
  };
  const status = socket[kReset] ? handle.reset(closed) : 0;
  if (status !== 0) socket.emit('error', errnoException(status, 'reset'));
  if (!socket[kReset] || status !== 0) handle.close(closed);
}

/** The members of net.Socket that end it. */
function defineEnding(prototype) {
  prototype.destroySoon = function () {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  };

  prototype.resetAndDestroy = function () {
    const handle = this[kHandle];
    if (!handle) {
      this.destroy(new ERR_SOCKET_CLOSED());
      return this;
    }
    if (!(handle instanceof TCP)) throw new ERR_INVALID_HANDLE_TYPE();
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  };

  prototype._reset = function () {
    this[kReset] = true;
    return this.destroy();
  };

  prototype._destroy = function (exception, callback) {
    this.connecting = false;
    stopTimers(this);
    const handle = this[kHandle];
    if (handle) {
      this[kCounts] = { read: handle.bytesRead, written: handle.bytesWritten };
      closeHandle(this, handle, Boolean(exception));
      this[kHandle] = null;
      this._sockname = null;
      callback(exception);
    } else {
      callback(exception);
      process.nextTick(() => this.emit('close'));
    }
    if (this._server) {
      this._server._connections--;
      this._server._emitCloseIfDrained?.();
    }
  };
}

module.exports = { defineEnding };
