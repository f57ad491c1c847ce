'use strict';
// Node wraps a stream that is not its own in a socket of an inner class (lib/internal/js_stream_socket.js) before TLS or
// HTTP/2 take it. Here that class learns what a wrapped socket of ferronet knows: addresses, ref, options, and that it is
// still connecting.

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { errnoOf } = require('../errors.js');
const { isFerronet } = require('./classes.js');

// Captured at load: fake timers replace the global.
const { setImmediate } = globalThis;

/** Asked of the socket below. */
const questions = ['_getpeername', '_getsockname', 'getTypeOfService'];
/** Told to the socket below. */
const orders = ['ref', 'unref', 'setNoDelay', 'setKeepAlive', 'setTypeOfService'];

/**
 * Members for the prototype of a built-in socket class that pass to the socket below, where there is one of ferronet's.
 * `below(self)` gives it or undefined.
 */
function passing(prototype, below) {
  const members = {};
  for (const name of [...questions, ...orders]) {
    const builtin = prototype[name];
    if (typeof builtin !== 'function') continue;
    members[name] = function (...args) {
      const socket = below(this);
      if (socket === undefined) return Reflect.apply(builtin, this, args);
      const answer = socket[name](...args);
      return orders.includes(name) ? this : answer;
    };
  }
  return members;
}

/** The class, which Node exports nowhere: a TLSSocket makes one of a stream and hands it to a method of its own. */
function findStreamSocket({ TLSSocket }) {
  const found = {};
  class Probe extends TLSSocket {
    _wrapHandle(wrap) {
      found.wrap = wrap;
      throw found;
    }
  }
  try {
    new Probe(new Duplex({ read() {}, write() {} }));
  } catch (thrown) {
    if (thrown !== found) throw thrown;
  }
  found.wrap.destroy();
  return found.wrap.constructor;
}

/** What a socket of the class wraps, if that is ferronet's. */
const wrapped = (self) => (isFerronet(self.stream) ? self.stream : undefined);

const EPIPE = errnoOf('EPIPE');
const ECANCELED = errnoOf('ECANCELED');

/** Requests of TLS or HTTP/2 that are under way, and the method of the native handle that ends each. */
const kRequests = Symbol('requests');

const statusOf = (error) => (error ? (error.errno ?? EPIPE) : 0);

function begin(self, request, finish) {
  self[kRequests] ??= new Map();
  self[kRequests].set(request, finish);
}

/** Ends a request once; closing ends those that are left. */
function end(self, handle, request, status) {
  const finish = self[kRequests].get(request);
  if (self[kRequests].delete(request)) handle[finish](request, status);
}

/** Said of a stream socket below TLS, which does not bear that a write ends before it has returned (src/crypto/crypto_tls.cc). */
const kLater = Symbol('endsLater');

const isWritten = (socket) => socket.writableLength === 0 && !socket.connecting && !socket.destroyed;

/**
 * Writing, ending and closing as TLS and HTTP/2 ask for it. Node's own methods of the class allow one request at a time,
 * throw an internal assertion at a second one, and report each write one round of the loop late; what HTTP/2 has to send
 * before it closes is lost then.
 */
function transportMembers({ doWrite, doShutdown, doClose }) {
  return {
    doWrite(request, buffers) {
      const socket = wrapped(this);
      if (socket === undefined) return Reflect.apply(doWrite, this, [request, buffers]);
      const handle = this._handle;
      if (handle === null) return ECANCELED;
      begin(this, request, 'finishWrite');
      const done = (error) => end(this, handle, request, statusOf(error));
      if (socket.writableEnded || socket.destroyed) {
        process.nextTick(done, { errno: EPIPE });
        return 0;
      }
      socket.write(buffers.length === 1 ? buffers[0] : Buffer.concat(buffers), done);
      if (!this[kLater] && isWritten(socket)) done();
      return 0;
    },

    doShutdown(request) {
      const socket = wrapped(this);
      if (socket === undefined) return Reflect.apply(doShutdown, this, [request]);
      const handle = this._handle;
      if (handle === null) return ECANCELED;
      begin(this, request, 'finishShutdown');
      const done = () => end(this, handle, request, 0);
      if (socket.writableEnded || socket.destroyed) process.nextTick(done);
      else socket.end(done);
      return 0;
    },

    doClose(callback) {
      const socket = wrapped(this);
      if (socket === undefined) return Reflect.apply(doClose, this, [callback]);
      const handle = this._handle;
      socket.destroy();
      setImmediate(() => {
        for (const request of this[kRequests]?.keys() ?? []) end(this, handle, request, ECANCELED);
        callback();
      });
    },
  };
}

/** Its constructor ends with read(0): that is where a socket below is found connecting. */
function connectingMember({ read }) {
  return {
    read(...args) {
      const socket = wrapped(this);
      if (socket?.connecting && !this.connecting) {
        this.connecting = true;
        socket.once('connect', () => {
          this.connecting = false;
          this.emit('connect');
        });
      }
      return Reflect.apply(read, this, args);
    },
  };
}

/** Members for the prototype of the class. */
const streamSocketMembers = ({ prototype }) => ({
  ...passing(prototype, wrapped),
  ...transportMembers(prototype),
  ...connectingMember(prototype),
});

module.exports = { findStreamSocket, kLater, passing, streamSocketMembers };
