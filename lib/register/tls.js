'use strict';
// tls.TLSSocket over a socket of ferronet's. TLS takes a net.Socket with a handle for one of Node's own and reads its
// handle in C++; ours goes to it as what it documents for any other stream: wrapped. The one place where a TLSSocket turns
// a socket into a handle is its method _wrapHandle; tls.connect, tls.Server, https and http2 all come by there.

const { Socket } = require('../net/socket.js');
const { isFerronet } = require('./classes.js');
const { findStreamSocket, kLater, passing, streamSocketMembers } = require('./streams.js');

/** The socket of ferronet's that a TLSSocket writes to, and the stream socket between them. */
const kTransport = Symbol('transport');
const kWrap = Symbol('wrap');

/** What connecting makes known, in the order of net.Socket. */
const told = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];

/** A TLSSocket that was given no socket connects one. */
function newTransport({ noDelay, keepAlive, keepAliveInitialDelay }) {
  return new Socket({ noDelay, keepAlive, keepAliveInitialDelay });
}

/** The socket of ferronet's among what a TLSSocket was given; undefined when there is none. */
function transportOf(tlsSocket, wrap, handle) {
  if (!wrap && !handle) return newTransport(tlsSocket._tlsOptions);
  if (isFerronet(wrap)) return wrap;
  return isFerronet(wrap?.stream) ? wrap.stream : undefined;
}

/** Connects the socket below in the TLSSocket's name. */
function connectTransport(tlsSocket, args) {
  const transport = tlsSocket[kTransport];
  const listener = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  if (listener) tlsSocket.once('connect', listener);
  for (const event of told) transport.on(event, (...details) => tlsSocket.emit(event, ...details));
  transport.once('connect', () => {
    tlsSocket.connecting = false;
    tlsSocket.emit('connect');
  });
  transport.once('ready', () => {
    tlsSocket.emit('ready');
    if (!tlsSocket.isPaused()) tlsSocket.read(0);
  });
  tlsSocket._unrefTimer();
  tlsSocket.connecting = true;
  transport.connect(...args);
  return tlsSocket;
}

/**
 * A failure below is the TLSSocket's own, as with a handle of Node's. That a write failed TLS is told by itself: what it
 * was writing for a program ends with that error, and what it had to say at the end is missed by nobody.
 */
function followTransport(tlsSocket) {
  const { [kTransport]: transport, [kWrap]: wrap } = tlsSocket;
  let failure;
  wrap.removeAllListeners('error');
  wrap.on('error', (error) => {
    if (error.syscall !== 'write') tlsSocket.destroy(error);
    else if (!tlsSocket.writableEnded) failure = error;
  });
  // Before the stream socket closes, which would let 'close' overtake 'error'.
  transport.prependOnceListener('close', () => tlsSocket.destroy(failure));
  // An abort signal ends a TLSSocket without asking its handle to close.
  tlsSocket.once('close', () => transport.destroy());
}

function tlsMembers({ prototype }, StreamSocket) {
  const { _init, _wrapHandle, connect } = prototype;
  return {
    ...passing(prototype, (self) => self[kTransport]),

    _wrapHandle(wrap, handle, ...rest) {
      const transport = transportOf(this, wrap, handle);
      if (transport === undefined) return Reflect.apply(_wrapHandle, this, [wrap, handle, ...rest]);
      if (!wrap || wrap === transport) wrap = new StreamSocket(transport);
      this[kTransport] = transport;
      this[kWrap] = wrap;
      wrap[kLater] = true;
      return Reflect.apply(_wrapHandle, this, [wrap, wrap._handle, ...rest]);
    },

    _init(socket, wrap) {
      if (this[kTransport] === undefined) return Reflect.apply(_init, this, [socket, wrap]);
      Reflect.apply(_init, this, [socket, wrap && this[kWrap]]);
      // Ending is the TLSSocket's to decide, which has its last records to send.
      this[kTransport].allowHalfOpen = true;
      followTransport(this);
    },

    connect(...args) {
      const own = this[kTransport] !== undefined && !this._parent && !this.destroyed;
      return own ? connectTransport(this, args) : Reflect.apply(connect, this, args);
    },
  };
}

/** [object, members] pairs that TLS over ferronet's sockets needs. */
function tlsChanges(tls) {
  const StreamSocket = findStreamSocket(tls);
  return [
    [StreamSocket.prototype, streamSocketMembers(StreamSocket)],
    [tls.TLSSocket.prototype, tlsMembers(tls.TLSSocket, StreamSocket)],
  ];
}

module.exports = { tlsChanges };
