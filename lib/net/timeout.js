'use strict';
// The idle timer of a socket (https://nodejs.org/api/net.html#socketsettimeouttimeout-callback). It never keeps
// the program alive.

const { ERR_OUT_OF_RANGE } = require('../errors.js');
const { validateFunction, validateNumber } = require('../validate.js');

const { clearTimeout, setTimeout } = globalThis;

/** The largest delay of a timer (https://nodejs.org/api/timers.html). */
const MAX_DELAY = 2 ** 31 - 1;

function delayOf(msecs) {
  validateNumber(msecs, 'msecs');
  if (msecs < 0 || !Number.isFinite(msecs))
    throw new ERR_OUT_OF_RANGE('msecs', 'a non-negative finite number', msecs);
  if (msecs > MAX_DELAY) {
    process.emitWarning(
      `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_DELAY}.`,
      'TimeoutOverflowWarning',
    );
    return MAX_DELAY;
  }
  return msecs;
}

const kTimer = Symbol('timer');

/** Starts, restarts or (0) ends the timer of `socket`, whose _onTimeout() it calls. */
function setStreamTimeout(msecs, callback) {
  if (this.destroyed) return this;
  this.timeout = msecs;
  const delay = delayOf(msecs);
  stopTimer(this);
  if (delay === 0) {
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      this.removeListener('timeout', callback);
    }
    return this;
  }
  this[kTimer] = setTimeout(() => this._onTimeout(), delay).unref();
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    this.once('timeout', callback);
  }
  return this;
}

/** Something happened: the idle time begins anew, for the socket and those it is wrapped in. */
function touch(socket) {
  for (let s = socket; s != null; s = s._parent) s[kTimer]?.refresh();
}

function stopTimer(socket) {
  if (socket[kTimer]) clearTimeout(socket[kTimer]);
  socket[kTimer] = null;
}

/** Ends the timers of a socket and of those it is wrapped in. */
function stopTimers(socket) {
  for (let s = socket; s != null; s = s._parent) stopTimer(s);
}

module.exports = { kTimer, setStreamTimeout, stopTimers, touch };
