'use strict';
// The handle of a UDP socket: the descriptor, its life, and the way of its datagrams (udp-inbox.js, udp-outbox.js).

const { isIP } = require('node:net');
const { UdpSocket: NativeUdpSocket } = require('../binding.js');
const { FAILED, errnoOf } = require('../errors.js');
const { Liveness } = require('./liveness.js');
const { openDuplicate } = require('./native.js');
const { afterwards } = require('../reactor/rounds.js');
const { Scope } = require('./scope.js');
const { describe } = require('./stream.js');
const turn = require('../reactor/turn.js');
const { theBlocks } = require('./udp-blocks.js');
const { Inbox } = require('./udp-inbox.js');
const { Outbox } = require('./udp-outbox.js');

const EINVAL = errnoOf('EINVAL');

class UDP extends NativeUdpSocket {
  owner = null;
  /** Whether the program wants datagrams. */
  receiving = false;
  /** Native functions of the open socket (src/bridge/udp_socket.rs, `calls`). */
  receive = null;
  sendBatch = null;
  #events = null;
  #scope = new Scope('FERRONET_UDP', this);
  #inbox = new Inbox(this);
  #outbox = new Outbox(this);
  #liveness = new Liveness();
  #index = -1;
  #open = false;
  #waiting = false;
  /** Node's handle of the same socket, which closes with this one, or null. */
  #native = null;

  constructor(v6) {
    super(turn.enlist(), v6);
  }

  attach(owner, events) {
    this.owner = owner;
    this.#events = events;
  }

  /** Follows a native call that opened the socket: 0, or the error number that it gave. */
  opened(status) {
    if (status !== 0) return status;
    theBlocks();
    ({ receive: this.receive, sendBatch: this.sendBatch } = this.calls());
    this.#open = true;
    this.#index = turn.add(this, this.id());
    return 0;
  }

  /** Takes an address. A socket that has one already (joining a group gives it one) gets no other. */
  bindTo(ip, port, ipv6Only, reuseAddress, reusePort) {
    if (this.#open) return EINVAL;
    return this.opened(this.bind(ip, port, ipv6Only, reuseAddress, reusePort));
  }

  /** Takes over the socket of a handle of Node's, which stays until this one closes. 0 or an error number. */
  takeOver(native) {
    const status = this.opened(openDuplicate(native, (fd) => this.adopt(fd)));
    if (status !== 0) return status;
    this.#native = native;
    native.recvStop();
    return 0;
  }

  /** The descriptor. Whoever else reads from it expects every datagram by itself. */
  get fd() {
    return this.shareDescriptor();
  }

  getAsyncId() {
    return this.#scope.asyncId();
  }

  // ---- receiving

  recvStart() {
    if (!this.#open || this.receiving) return 0;
    this.receiving = true;
    this.#update();
    this.comeAgain();
    turn.kick();
    return 0;
  }

  recvStop() {
    this.receiving = false;
    this.#update();
    return 0;
  }

  onready(readiness) {
    if (readiness === turn.READ) this.#inbox.drain();
    else this.#outbox.resume();
  }

  /** A listener threw: the inbox has kept the rest and sees to it itself. */
  again() {}

  /** What the inbox has for the program. */
  delivered(message, info) {
    this.#scope.runInAsyncScope(this.#events.message, undefined, this.owner, message, info);
  }

  failed(status) {
    if (!this.#open) return;
    try {
      this.#scope.runInAsyncScope(this.#events.error, undefined, this.owner, status);
    } finally {
      if (status === FAILED && this.#open) this.owner.close();
    }
  }

  /** Comes again for what waits to be received. */
  comeAgain() {
    if (this.arm() === FAILED) process.nextTick(() => this.failed(FAILED));
  }

  /** The reactor is gone, and what native code had of this with it. */
  lose(status) {
    this.release();
    this.#index = -1;
    process.nextTick(() => this.failed(status));
  }

  // ---- sending

  /** See Outbox.add. */
  send(parts, length, ip, address, port, callback) {
    return this.#outbox.add(parts, length, ip, address, port, callback);
  }

  /** Datagrams that wait for room keep the program alive, also when the socket is unreferenced (libuv does so). */
  waitsForRoom(waiting) {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#update();
  }

  getSendQueueSize() {
    return this.#outbox.waiting()[1];
  }

  getSendQueueCount() {
    return this.#outbox.waiting()[0];
  }

  /** Dissolving the association must not divert what was sent before. */
  disconnect() {
    this.#outbox.flush();
    return super.disconnect();
  }

  connect(ip, port) {
    this.#outbox.flush();
    return super.connect(ip, port);
  }

  // ---- multicast

  /** Joining binds a socket without address to any of the group's family (libuv, `uv__udp_maybe_deferred_bind`). */
  membership(group, interfaceAddress, join) {
    return this.#bindDeferred(group) || this.setMembership(group, interfaceAddress, join);
  }

  sourceMembership(source, group, interfaceAddress, join) {
    return this.#bindDeferred(group) || this.setSourceMembership(source, group, interfaceAddress, join);
  }

  #bindDeferred(group) {
    if (this.#open) return 0;
    return isIP(group) ? this.opened(this.bindAny(isIP(group) === 6)) : EINVAL;
  }

  // ---- life

  ref() {
    this.#liveness.referenced = true;
    this.#update();
  }

  unref() {
    this.#liveness.referenced = false;
    this.#update();
  }

  hasRef() {
    return this.#liveness.referenced && this.#open;
  }

  #update() {
    // What is on its way out keeps the program alive although the handle is unreferenced.
    const isActive = (this.#liveness.referenced && this.receiving) || this.#waiting;
    this.#liveness.keep(this.#open && isActive);
  }

  close(callback) {
    this.#outbox.flush();
    turn.remove(this.#index);
    this.#outbox.cancel();
    this.#open = false;
    this.receiving = false;
    this.#update();
    this.release();
    this.#native?.close();
    turn.dismiss();
    afterwards(() => this.#scope.end(callback));
  }

  getsockname(out) {
    return describe(this.localAddress(), out);
  }

  getpeername(out) {
    return describe(this.peerAddress(), out);
  }
}

/** A handle with the socket of one of Node's, which then belongs to it; or a negative error number. */
function takeUdp(native, type) {
  const handle = new UDP(type === 'udp6');
  const status = handle.takeOver(native);
  if (status !== 0) handle.close();
  return status || handle;
}

module.exports = { UDP, takeUdp };
