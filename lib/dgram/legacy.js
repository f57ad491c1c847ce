'use strict';
// What dgram deprecated (DEP0112) and the running Node may still have.
// https://nodejs.org/api/deprecations.html#DEP0112

const builtin = require('node:dgram');
const { deprecate } = require('node:util');
const { guessHandleType } = require('../binding.js');
const { ERR_SOCKET_BAD_TYPE, errnoOf } = require('../errors.js');
const { UDP } = require('../handles/udp.js');
const { kState, running } = require('./state.js');

/** The numbers of `_bindState`. */
const BIND_STATES = ['unbound', 'binding', 'bound'];

const UV_UDP_IPV6ONLY = 1;
const UV_UDP_REUSEADDR = 4;
const UV_UDP_REUSEPORT = 8;
const KNOWN_FLAGS = UV_UDP_IPV6ONLY | UV_UDP_REUSEADDR | UV_UDP_REUSEPORT;

const fields = {
  _handle: {
    get: (socket) => socket[kState].handle,
    set: (socket, value) => (socket[kState].handle = value),
  },
  _receiving: {
    get: (socket) => socket[kState].receiving,
    set: (socket, value) => (socket[kState].receiving = value),
  },
  _bindState: {
    get(socket) {
      const at = BIND_STATES.indexOf(socket[kState].binding);
      return at < 0 ? socket[kState].binding : at;
    },
    set: (socket, value) => (socket[kState].binding = BIND_STATES[value] ?? value),
  },
  _queue: {
    get: (socket) => socket[kState].queue,
    set: (socket, value) => (socket[kState].queue = value),
  },
  _reuseAddr: {
    get: (socket) => socket[kState].reuseAddr,
    set: (socket, value) => (socket[kState].reuseAddr = value),
  },
};

const methods = {
  _healthCheck() {
    running(this);
  },

  _stopReceiving() {
    const state = this[kState];
    if (!state.receiving) return;
    state.handle.recvStop();
    state.receiving = false;
  },
};

/** Gives the prototype what the running Node's has of these. */
function addDeprecated(prototype) {
  const has = (name) => Object.hasOwn(builtin.Socket.prototype, name);
  for (const [name, { get, set }] of Object.entries(fields)) {
    if (!has(name)) continue;
    const text = `Socket.prototype.${name} is deprecated`;
    Object.defineProperty(prototype, name, {
      get: deprecate(
        function () {
          return get(this);
        },
        text,
        'DEP0112',
      ),
      set: deprecate(
        function (value) {
          set(this, value);
        },
        text,
        'DEP0112',
      ),
    });
  }
  for (const [name, method] of Object.entries(methods)) {
    if (has(name)) {
      prototype[name] = deprecate(method, `Socket.prototype.${name}() is deprecated`, 'DEP0112');
    }
  }
}

/** A bound handle, or a negative error number. */
function createSocketHandle(address, port, addressType, fd, flags) {
  if (addressType !== 'udp4' && addressType !== 'udp6') throw new ERR_SOCKET_BAD_TYPE();
  const v6 = addressType === 'udp6';
  const handle = new UDP(v6);
  let status = 0;
  if (Number.isInteger(fd) && fd > 0) {
    if (guessHandleType(fd) !== 'UDP') return errnoOf('EINVAL');
    status = handle.opened(handle.adopt(fd));
  } else if (port || address) {
    if (flags & ~KNOWN_FLAGS) return errnoOf('EINVAL');
    const bits = [UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR, UV_UDP_REUSEPORT].map((bit) => (flags & bit) !== 0);
    status = handle.bindTo(address || (v6 ? '::' : '0.0.0.0'), port & 0xffff, ...bits);
  }
  if (status === 0) return handle;
  handle.close();
  return status;
}

const deprecated = {};
if (Object.hasOwn(builtin, '_createSocketHandle')) {
  deprecated._createSocketHandle = deprecate(
    createSocketHandle,
    'dgram._createSocketHandle() is deprecated',
    'DEP0112',
  );
}

module.exports = { addDeprecated, deprecated };
