'use strict';
// Node wraps a stream that is not its own in a socket of an inner class (lib/internal/js_stream_socket.js) before TLS or
// HTTP/2 take it. Here that class learns what a wrapped socket of ferronet knows: addresses, ref, options, and that it is
// still connecting.

const { Duplex } = require('node:stream');
const { isFerronet } = require('./register-classes.js');

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

/** Members for the prototype of the class. Its constructor ends with read(0): that is where a socket is found connecting. */
function streamSocketMembers({ prototype }) {
  const { read } = prototype;
  return {
    ...passing(prototype, wrapped),
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

module.exports = { findStreamSocket, passing, streamSocketMembers };
