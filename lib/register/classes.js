'use strict';
// ferronet's classes in the place of the built-in ones: Node's own code calls them for objects that only the built-in
// can be, and `instanceof` says yes to both kinds.

const instead = require('../instead.js');
const { nativeKind } = require('../handles/native.js');
const { Server } = require('../net/server.js');
const { Socket } = require('../net/socket.js');
const { Socket: UdpSocket } = require('../dgram/socket.js');
const builtins = require('../builtins.js');

const Builtin = builtins.net.members;

/** `instanceof` without regard to Symbol.hasInstance. */
const isInstance = (object, Class) => Function.prototype[Symbol.hasInstance].call(Class, object);

/** A net.Socket of ferronet's, whatever `instanceof` says. */
const isFerronet = (object) => isInstance(object, Socket);

/** The process's standard streams, which Node makes with { fd }. */
const MAX_STDIO = 2;

/** A handle of Node's own C++ classes that is no TCP connection, which would be adopted: a pipe, a terminal, TLS. */
const isNative = (handle) => handle != null && handle.isStreamBase === true && nativeKind(handle) !== 'TCP';

function wantsBuiltin(options) {
  if (options === null || typeof options !== 'object') return false;
  return isNative(options.handle) || (typeof options.fd === 'number' && options.fd <= MAX_STDIO);
}

const prototypeOf = (object) => (object == null ? null : Object.getPrototypeOf(object));

/** TLSSocket and the tty streams inherit from the built-in and call the constructor of `net` on themselves. */
function socketInstead(self, options) {
  if (isInstance(self, Builtin.Socket)) {
    Reflect.apply(Builtin.Socket, self, [options]);
    return self;
  }
  // A program's subclass of ferronet's class stays one.
  if (isFerronet(self) && prototypeOf(self) !== Socket.prototype) return undefined;
  return wantsBuiltin(options) ? new Builtin.Socket(options) : undefined;
}

/** Whether Node is making servers for itself. */
let builtinWanted = false;

/** Calls `work`, in which new servers are the built-in's. */
function asBuiltin(work) {
  const before = builtinWanted;
  builtinWanted = true;
  try {
    return work();
  } finally {
    builtinWanted = before;
  }
}

function serverInstead(self, options, connectionListener) {
  if (builtinWanted) return new Builtin.Server(options, connectionListener);
  if (!isInstance(self, Builtin.Server)) return undefined;
  Reflect.apply(Builtin.Server, self, [options, connectionListener]);
  return self;
}

const pairs = [
  [Socket, Builtin.Socket],
  [Server, Builtin.Server],
  [UdpSocket, builtins.dgram.members.Socket],
];

function swapClasses() {
  instead.Socket = socketInstead;
  instead.Server = serverInstead;
  for (const [Ours, Theirs] of pairs) {
    const value = function (object) {
      return isInstance(object, this) || (this === Ours && isInstance(object, Theirs));
    };
    Object.defineProperty(Ours, Symbol.hasInstance, { value, configurable: true });
  }
}

function restoreClasses() {
  instead.Socket = () => undefined;
  instead.Server = () => undefined;
  for (const [Ours] of pairs) delete Ours[Symbol.hasInstance];
}

module.exports = { asBuiltin, isFerronet, restoreClasses, swapClasses };
