'use strict';
// The options of a net.Socket that may change: timeout, TCP options, whether it keeps the program alive.

const { keepAliveArgs } = require('../args.js');
const { ERR_INVALID_ARG_TYPE, errnoException } = require('../errors.js');
const { kHandle, kOptions, kWriting } = require('./socket-state.js');
const { setStreamTimeout, touch } = require('./timeout.js');
const { validateInt32 } = require('../validate.js');

/** What a socket wants that was told nothing: most that a server accepts. One object for all of them. */
const NOTHING_WANTED = Object.freeze({ noDelay: false, keepAlive: false, keepAliveDelay: 0 });

/** What the options of a constructor want. */
function wantedOptions({ noDelay, keepAlive, keepAliveInitialDelay, typeOfService }) {
  if (!noDelay && !keepAlive && !keepAliveInitialDelay && typeOfService === undefined) return NOTHING_WANTED;
  return {
    noDelay: Boolean(noDelay),
    keepAlive: Boolean(keepAlive),
    keepAliveDelay: ~~(keepAliveInitialDelay / 1000),
    typeOfService,
  };
}

function want(socket, options) {
  socket[kOptions] = { ...socket[kOptions], ...options };
}

function applyOptions(socket) {
  const { noDelay, keepAlive, keepAliveDelay, keepAliveInterval, keepAliveCount, typeOfService } =
    socket[kOptions];
  const handle = socket[kHandle];
  if (noDelay) handle.setNoDelay(true);
  if (keepAlive) handle.setKeepAlive(true, keepAliveDelay, keepAliveInterval ?? 1, keepAliveCount ?? 10);
  if (typeOfService !== undefined) handle.setTypeOfService(typeOfService);
}

/** Times come in ms and are kept in seconds. */
function keepAliveOptions({ enable, initialDelay, interval, count }) {
  const seconds = (msecs) => Math.max(1, ~~(msecs / 1000));
  return {
    keepAlive: Boolean(enable),
    keepAliveDelay: ~~(initialDelay / 1000),
    keepAliveInterval: interval === undefined ? 1 : seconds(interval),
    keepAliveCount: typeof count === 'number' ? count : 10,
  };
}

/** The members of net.Socket that set options. */
function defineOptions(prototype) {
  prototype.setTimeout = setStreamTimeout;

  prototype._unrefTimer = function _unrefTimer() {
    touch(this);
  };

  prototype._onTimeout = function () {
    const pending = this[kWriting];
    const size = this[kHandle]?.writeQueueSize;
    // A write that makes progress is no idleness.
    if (pending !== null && pending.seen !== size) {
      pending.seen = size;
      this._unrefTimer();
      return;
    }
    this.emit('timeout');
  };

  prototype.setNoDelay = function (enable) {
    const on = Boolean(enable === undefined ? true : enable);
    if (on !== this[kOptions].noDelay) {
      this[kHandle]?.setNoDelay(on);
      want(this, { noDelay: on });
    }
    return this;
  };

  prototype.setKeepAlive = function (enable, initialDelay, interval, count) {
    const wanted = keepAliveOptions(keepAliveArgs(enable, initialDelay, interval, count));
    const options = this[kOptions];
    const changed = Object.keys(wanted).some((name) => wanted[name] !== options[name]);
    want(this, wanted);
    if (changed && this[kHandle] && !this.connecting) {
      const { keepAlive, keepAliveDelay, keepAliveInterval, keepAliveCount } = wanted;
      this[kHandle].setKeepAlive(keepAlive, Math.max(0, keepAliveDelay), keepAliveInterval, keepAliveCount);
    }
    return this;
  };

  prototype.setTypeOfService = function (tos) {
    if (Number.isNaN(tos)) throw new ERR_INVALID_ARG_TYPE('tos', 'of type number', tos);
    validateInt32(tos, 'tos', 0, 255);
    want(this, { typeOfService: tos });
    if (this[kHandle] && !this.connecting) {
      const status = this[kHandle].setTypeOfService(tos);
      if (status !== 0) throw errnoException(status, 'setTypeOfService');
    }
    return this;
  };

  prototype.getTypeOfService = function () {
    if (!this[kHandle] || this.connecting) return this[kOptions].typeOfService ?? 0;
    const value = this[kHandle].typeOfService();
    if (value < 0) throw errnoException(value, 'getTypeOfService');
    return value;
  };

  for (const name of ['ref', 'unref']) {
    prototype[name] = Object.defineProperty(
      function () {
        if (this[kHandle]) this[kHandle][name]();
        else this.once('connect', this[name]);
        return this;
      },
      'name',
      { value: '', configurable: true },
    );
  }
}

module.exports = { applyOptions, defineOptions, wantedOptions };
