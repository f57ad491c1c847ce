'use strict';
// The handle of a listening server, TCP or unix: what a net.Server has in `_handle`.

const { Server: NativeServer } = require('../binding.js');
const { AGAIN, FAILED, errnoOf } = require('../errors.js');
const { Liveness } = require('./liveness.js');
const { nativeKind, openDuplicate } = require('./native.js');
const { afterwards, runTicks } = require('../reactor/rounds.js');
const { Scope } = require('./scope.js');
const { Pipe, TCP, describe, takeStream } = require('./stream.js');
const turn = require('../reactor/turn.js');

/** Connections accepted in one turn; more wait for the next, so that those accepted are served too. */
const MAX_ACCEPTS = 64;

const EBADF = errnoOf('EBADF');
const EINVAL = errnoOf('EINVAL');

class ServerHandle extends NativeServer {
  owner = null;
  /** Called with 0 and the handle of a connection, or with an error number; programs wrap it. */
  onconnection = null;
  #scope = new Scope(this.provider, this);
  #liveness = new Liveness();
  #listening = false;
  #index = -1;
  #closed = false;
  /** Node's handle of the same socket, which closes with this one, or null. */
  #native = null;

  constructor() {
    super(turn.enlist());
  }

  get fd() {
    return this.descriptor();
  }

  /**
   * Takes over the socket of a handle of Node's: 0 or an error number. That handle stays, and keeps nothing alive; what
   * it accepts from here on (it may be listening) comes here as well.
   */
  takeOver(native) {
    const status = openDuplicate(native, (fd) => this.adopt(fd));
    if (status !== 0) return status;
    this.#native = native;
    native.unref();
    native.onconnection = (status, connection) => this.#deliver(status, connection);
    return 0;
  }

  /** A connection that Node accepted, or an error number. */
  #deliver(status, native) {
    if (this.#closed) native?.close();
    else this.#tell(status || takeStream(native));
  }

  #tell(connection) {
    if (connection === FAILED) return this.#fail();
    const status = typeof connection === 'number' ? connection : 0;
    this.#scope.runInAsyncScope(this.onconnection, this, status, status ? undefined : connection);
  }

  #fail() {
    if (this.#closed) return;
    try {
      this.#scope.runInAsyncScope(this.onconnection, this, FAILED);
    } finally {
      if (!this.#closed) this.owner?.close();
    }
  }

  /** The reactor is gone, and what native code had of this with it. */
  lose() {
    this.release();
    this.#index = -1;
    process.nextTick(() => this.#fail());
  }

  /** From here on `onConnection(status, handle)` is called, with this handle as `this`. */
  attach(owner, onConnection) {
    this.owner = owner;
    this.onconnection = onConnection;
  }

  getAsyncId() {
    return this.#scope.asyncId();
  }

  /** Starts to accept. */
  start(backlog) {
    const status = this.listen(backlog);
    if (status !== 0) return status;
    this.#index = turn.add(this, this.id());
    this.#listening = true;
    this.#update();
    turn.kick();
    return 0;
  }

  onready() {
    for (let accepted = 0; this.#listening && accepted < MAX_ACCEPTS; accepted++) {
      if (accepted > 0) runTicks();
      // A tick may have closed the server.
      if (!this.#listening) return;
      const index = turn.native().accept(this.#index);
      if (index === AGAIN || index === EBADF) return;
      turn.delivered();
      this.#tell(index < 0 ? index : this.#take(index));
    }
    this.again();
  }

  /** Comes again for connections that were not accepted in this turn. */
  again() {
    if (this.#listening && this.arm() === FAILED) process.nextTick(() => this.#fail());
  }

  /** The handle of the connection just taken. Its context is nobody's, not the server's. */
  #take(index) {
    const handle = new this.Connection();
    handle.accepted(index);
    return handle;
  }

  ref() {
    this.#liveness.referenced = true;
    this.#update();
  }

  unref() {
    this.#liveness.referenced = false;
    this.#update();
  }

  #update() {
    this.#liveness.keep(this.#liveness.referenced && this.#listening);
  }

  hasRef() {
    return this.#liveness.referenced && this.#listening;
  }

  close(callback) {
    if (this.#closed) return;
    this.#closed = true;
    turn.remove(this.#index);
    this.#listening = false;
    this.#update();
    this.release();
    this.#native?.close();
    turn.dismiss();
    afterwards(() => this.#scope.end(callback));
  }

  getsockname(out) {
    return describe(this.localAddress(), out);
  }
}

class TCPServer extends ServerHandle {
  Connection = TCP;

  get provider() {
    return 'FERRONET_TCPSERVER';
  }
}

class PipeServer extends ServerHandle {
  Connection = Pipe;

  get provider() {
    return 'FERRONET_PIPESERVER';
  }
}

/** A handle with the socket of one of Node's, which then belongs to it; or a negative error number. */
function takeServer(native) {
  const kind = nativeKind(native);
  if (kind === 'UDP') return EINVAL;
  const handle = kind === 'TCP' ? new TCPServer() : new PipeServer();
  const status = handle.takeOver(native);
  if (status !== 0) handle.close();
  return status || handle;
}

module.exports = { PipeServer, ServerHandle, TCPServer, takeServer };
