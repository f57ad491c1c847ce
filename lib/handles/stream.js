'use strict';
// The handle of a connected or connecting byte stream, TCP or unix: what a net.Socket has in `_handle`.
// It owns the descriptor, which native code keeps by an index; knows whether it keeps the program alive; and turns
// readiness into calls of its owner's events: connected, readFrom, read and writable (lib/net/socket.js).

const { AGAIN, FAILED, errnoOf } = require('../errors.js');
const blocks = require('../reactor/blocks.js');
const { Liveness } = require('./liveness.js');
const { kStream, nativeKind, openDuplicate } = require('./native.js');
const { afterwards, atNextRound, runTicks } = require('../reactor/rounds.js');
const { Request, Scope } = require('./scope.js');
const { Transfer, fill } = require('./transfer.js');
const { Vector } = require('./vector.js');
const turn = require('../reactor/turn.js');

/** Reads of one handle in one turn (libuv does 32, src/unix/stream.c). One of more than this size counts as several. */
const MAX_READS = 32;
const READ_SIZE = 65536;

const EBADF = errnoOf('EBADF');
const ECONNREFUSED = errnoOf('ECONNREFUSED');
const EINVAL = errnoOf('EINVAL');

class StreamHandle extends Liveness {
  owner = null;
  #reading = false;
  #events = null;
  bytesRead = 0;
  bytesWritten = 0;
  /** Bytes that the program wrote and the kernel has not taken yet. */
  writeQueueSize = 0;
  /** What native code calls it by from when it has a socket until it is closed. */
  #index = -1;
  #phase = 'idle';
  /** Operations that keep the handle active besides reading: connecting, a write, a shutdown. */
  #pending = 0;
  #scope = new Scope(this.provider, this);

  constructor() {
    super();
    turn.enlist();
  }

  /**
   * Whether it reads. Node's http sets this before it calls readStart or readStop (lib/_http_server.js, onSocketResume):
   * those decide, or a handle that was told so beforehand would never start.
   */
  get reading() {
    return this.#reading;
  }

  set reading(_announced) {}

  /** Becomes the connection that native code has under this index. */
  accepted(index) {
    this.#phase = 'open';
    this.#index = turn.add(this, index);
  }

  /** Adopts a descriptor. 0 or an error number. */
  open(fd) {
    const index = turn.theReactor().adoptStream(fd);
    if (index < 0) return index;
    this.accepted(index);
    return 0;
  }

  /** Takes over the connection of a handle of Node's, which is closed. 0 or an error number. */
  takeOver(native) {
    const status = openDuplicate(native, (fd) => this.open(fd));
    native.close();
    return status;
  }

  /** Takes a local address before connecting. 0 or an error number. */
  bind(address, port, ipv6Only) {
    return this.#bound(turn.theReactor().bindStream(address, port, ipv6Only));
  }

  /** Takes over the local address of a server handle. 0 or an error number. */
  takeBound(server) {
    return this.#bound(turn.theReactor().takeBoundStream(server));
  }

  #bound(index) {
    if (index < 0) return index;
    if (this.#index >= 0) turn.native().release(this.#index);
    this.#index = index;
    return 0;
  }

  get [kStream]() {
    return true;
  }

  /** Whether it has a connection. */
  get isOpen() {
    return this.#phase === 'open';
  }

  get fd() {
    return this.#index < 0 ? -1 : turn.native().descriptor(this.#index);
  }

  /** From here on readiness is told to `owner`, by the functions of `events`. */
  attach(owner, events) {
    this.owner = owner;
    this.#events = events;
  }

  getAsyncId() {
    return this.#scope.asyncId();
  }

  /**
   * Starts to connect: `call` does so from the index of a bound socket, or -1, and gives the stream's index or an error
   * number. 0 or an error number.
   */
  connecting(call) {
    const reactor = turn.theReactor();
    const index = call(reactor, this.#index);
    this.#index = index < 0 ? reactor.unconnected() : -1;
    if (index < 0 && !this.isLateError(index)) return index;
    this.#phase = 'connecting';
    this.#pend(1);
    if (index >= 0) {
      this.#index = turn.add(this, index);
      turn.kick();
    } else {
      atNextRound(() => this.#connected(index));
    }
    return 0;
  }

  onready(readiness) {
    if (readiness !== turn.READ) this.#writable();
    else if (this.#reading) this.#readable();
  }

  #writable() {
    if (this.#phase !== 'connecting') {
      this.#events?.writable(this.owner, this);
      return;
    }
    const status = turn.native().finishConnect(this.#index);
    if (status === AGAIN) return;
    turn.delivered();
    this.#connected(status);
  }

  #connected(status) {
    if (this.#phase !== 'connecting') return;
    this.#phase = 'open';
    this.#pend(-1);
    this.#scope.runInAsyncScope(this.#events.connected, undefined, this.owner, status, this);
  }

  #readable() {
    let reads = 0;
    do {
      if (reads > 0) {
        runTicks();
        // A tick may have paused the reader.
        if (!this.#reading) return;
      }
      const count = this.#events.readFrom(this.owner, this);
      if (count === AGAIN || count === EBADF) return;
      turn.delivered();
      if (count > 0) this.bytesRead += count;
      this.#scope.runInAsyncScope(this.#events.read, undefined, this.owner, count, this);
      // A read that brought less than it could has emptied the kernel's buffer.
      if (count < this.#events.readSize()) return;
      reads += Math.max(1, Math.floor(count / READ_SIZE));
    } while (this.#reading && reads < MAX_READS);
    this.again();
  }

  /** Comes again for what is left to read. */
  again() {
    if (this.#reading && turn.armRead(this.#index) === FAILED) process.nextTick(() => this.#fail(FAILED));
  }

  #fail(status) {
    if (this.#phase === 'connecting') this.#connected(status);
    else if (this.#phase === 'open' && this.#events !== null)
      this.#scope.runInAsyncScope(this.#events.read, undefined, this.owner, status, this);
  }

  /** The reactor is gone, and what native code had of this with it. */
  lose(status) {
    turn.native().release(this.#index);
    this.#index = -1;
    process.nextTick(() => this.#fail(status));
  }

  readStart() {
    if (this.#phase === 'closed') return EBADF;
    if (!this.#reading) {
      this.#reading = true;
      this.#update();
      this.again();
      turn.kick();
    }
    return 0;
  }

  readStop() {
    if (this.#reading) {
      this.#reading = false;
      this.#update();
    }
    return 0;
  }

  /** Reads what takeRead() gives out; `much` is expected or not. A count, 0 at the end, or a negative error number. */
  read(much) {
    return much ? blocks.readBulk(this.#index) : blocks.read(this.#index);
  }

  /** Reads into memory of the program. */
  readInto(buffer) {
    return blocks.readInto(this.#index, buffer);
  }

  /** Reads into a Transfer, see lib/handles/transfer.js. */
  fill() {
    return fill(this.#index);
  }

  /** Writes what fits of a Buffer, from `offset` on, or of a Transfer or Vector: a count or a negative error number. */
  writeSome(data, offset) {
    if (data instanceof Transfer || data instanceof Vector) return data.writeTo(this.#index);
    return blocks.write(this.#index, data, offset);
  }

  /** Writes what fits of the first `length` bytes of the block for small writes. */
  writeSmall(length) {
    return blocks.writeSmall(this.#index, length);
  }

  /** An operation begins (1) or ends (-1) that keeps the handle active. */
  #pend(change) {
    this.#pending += change;
    this.#update();
  }

  writeStarted(bytes) {
    this.writeQueueSize = bytes;
    this.#pend(1);
  }

  writeEnded() {
    this.writeQueueSize = 0;
    this.#pend(-1);
  }

  /**
   * Sends FIN with the next round, as libuv does, and not at all if the handle is closed by then (src/unix/stream.c,
   * `uv_shutdown`). The callback comes in the caller's async context, before anything that the peer answers.
   */
  shutdown(callback) {
    this.#pend(1);
    const request = new Request('FERRONET_SHUTDOWN', callback);
    atNextRound(() => {
      const status = this.#index < 0 ? EBADF : turn.native().shutdown(this.#index);
      this.#pend(-1);
      request.done(status);
    });
  }

  ref() {
    this.referenced = true;
    this.#update();
  }

  unref() {
    this.referenced = false;
    this.#update();
  }

  get unreferenced() {
    return !this.referenced;
  }

  hasRef() {
    return this.referenced && this.#phase !== 'closed';
  }

  #update() {
    // A request keeps the program alive although the handle is unreferenced, as libuv's do (include/uv.h, `active_reqs`).
    const isActive = this.#pending > 0 || (this.referenced && this.#reading);
    this.keep(this.#phase !== 'closed' && isActive);
  }

  /** Closes with RST instead of FIN. An error number when that is not possible. */
  reset(callback) {
    const status = this.#index < 0 ? EBADF : turn.native().resetOnRelease(this.#index);
    if (status !== 0) return status;
    this.close(callback);
    return 0;
  }

  /** Closes the descriptor now; the callback comes later. */
  close(callback) {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#reading = false;
    this.#update();
    if (this.#index >= 0) {
      turn.remove(this.#index);
      turn.native().release(this.#index);
      this.#index = -1;
    }
    turn.dismiss();
    afterwards(() => this.#scope.end(callback));
  }

  getsockname(out) {
    return this.#index < 0 ? EBADF : describe(turn.theReactor().localAddress(this.#index), out);
  }

  getpeername(out) {
    return this.#index < 0 ? EBADF : describe(turn.theReactor().peerAddress(this.#index), out);
  }

  // The options answer 0 or a negative error number.

  setNoDelay(on) {
    return this.#index < 0 ? EBADF : turn.native().setNoDelay(this.#index, on ? 1 : 0);
  }

  /** Times in seconds. */
  setKeepAlive(on, idle, interval = 1, count = 10) {
    if (this.#index < 0) return EBADF;
    return turn.native().setKeepAlive(this.#index, on ? 1 : 0, idle, interval, count);
  }

  setTypeOfService(value) {
    return this.#index < 0 ? EBADF : turn.native().setTypeOfService(this.#index, value);
  }

  typeOfService() {
    return this.#index < 0 ? EBADF : turn.native().typeOfService(this.#index);
  }
}

/** Copies an address, or gives its error number. */
function describe(address, out) {
  if (typeof address === 'number') return address;
  out.address = address.address;
  out.family = address.family;
  out.port = address.port;
  return 0;
}

class TCP extends StreamHandle {
  /** Starts to connect to an IP address. */
  start(address, port) {
    return this.connecting((reactor, bound) => reactor.connectStream(bound, address, port));
  }

  /** A refusal that is known at once is told later, as libuv does (src/unix/tcp.c). */
  isLateError(status) {
    return status === ECONNREFUSED;
  }

  get provider() {
    return 'FERRONET_TCP';
  }
}

class Pipe extends StreamHandle {
  /** Starts to connect to a path. */
  start(path) {
    return this.connecting((reactor, bound) => reactor.connectPath(bound, path));
  }

  /** All errors are told later (libuv, `uv_pipe_connect2`, src/unix/pipe.c), but for a path too long. */
  isLateError(status) {
    return status !== EINVAL;
  }

  get provider() {
    return 'FERRONET_PIPE';
  }
}

/** A handle with the connection of one of Node's, which is closed; or a negative error number. */
function takeStream(native) {
  const handle = nativeKind(native) === 'TCP' ? new TCP() : new Pipe();
  const status = handle.takeOver(native);
  if (status !== 0) handle.close();
  return status || handle;
}

module.exports = { Pipe, StreamHandle, TCP, describe, takeStream };
