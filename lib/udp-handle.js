'use strict';
// The handle of a UDP socket. Datagrams cross to native code in batches, through blocks of memory that all UDP
// handles of the environment share. src/bridge/udp_socket.rs names the same columns.

const { markAsUntransferable } = require('node:worker_threads');
const { UdpSocket: NativeUdpSocket } = require('./binding.js');
const { AGAIN, errnoOf } = require('./errors.js');
const { Scope } = require('./scope.js');
const { describe } = require('./stream-handle.js');
const turn = require('./turn.js');

const ECANCELED = errnoOf('ECANCELED');
const EMSGSIZE = errnoOf('EMSGSIZE');

/** Messages per receive, and the room of each (src/sys/linux.rs SLOTS, src/sys/mod.rs SLOT). */
const SLOTS = 16;
const SLOT_SIZE = 65536;

/** Columns of `received`: offset, length, segment, port, IPv4 address, flags. */
const RECEIVED_COLUMNS = 6;
const FROM_V6 = 1;
const SAME_SENDER = 2;

/** Columns of `outgoing`: length, peer, port. Results come back in the first one. */
const OUTGOING_COLUMNS = 3;
const MAX_OUTGOING = 1024;
const OUTGOING_SIZE = 262144;
/** More than this is no datagram (RFC 768: a length of 16 bits). */
const MAX_PAYLOAD = 65535;
/** The peer of a datagram on a connected socket. */
const NO_PEER = -1;

/** Datagrams delivered per turn; more wait for the next, so that timers and other sockets keep running. */
const MAX_DELIVERIES = 1024;

/** Datagrams up to this share a piece of memory, as small Buffers share Node's pool (8 KiB). */
const SHARED_SIZE = 8192;

/** Addresses known by number or text; more than these start over. */
const MAX_KNOWN = 4096;

let blocks = null;

function theBlocks() {
  if (blocks === null) {
    const datagrams = Buffer.allocUnsafeSlow(SLOTS * SLOT_SIZE);
    const received = new Int32Array(SLOTS * RECEIVED_COLUMNS);
    const outgoing = Buffer.allocUnsafeSlow(OUTGOING_SIZE);
    const outgoingInfo = new Int32Array(MAX_OUTGOING * OUTGOING_COLUMNS);
    turn
      .theReactor()
      .setDatagramBlocks(datagrams, Buffer.from(received.buffer), outgoing, Buffer.from(outgoingInfo.buffer));
    blocks = { datagrams, received, outgoing, outgoingInfo };
  }
  return blocks;
}

turn.onRetire(() => {
  blocks = null;
});

/** Texts of IPv4 addresses by their number. */
const textsV4 = new Map();

function textOfV4(number) {
  let text = textsV4.get(number);
  if (text === undefined) {
    if (textsV4.size === MAX_KNOWN) textsV4.clear();
    text = `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
    textsV4.set(number, text);
  }
  return text;
}

/** The handle whose datagrams lie in the outgoing block. There is one at a time. */
let sender = null;

class UDP extends NativeUdpSocket {
  owner = null;
  #events = null;
  #scope = new Scope('FERRONET_UDP', this);
  #referenced = true;
  #retained = false;
  #open = false;
  #receiving = false;
  /** Datagrams of this tick, in the outgoing block: how many, their bytes, their callbacks. */
  #queued = 0;
  #queuedBytes = 0;
  /** Callbacks of datagrams without a result yet, oldest first; undefined where there is none. */
  #callbacks = [];
  #flushing = false;
  #peers = new Map();
  /** Messages of a batch that were not delivered yet. */
  #inbox = [];

  #v6;

  constructor(v6) {
    super(turn.enlist(), v6);
    this.#v6 = v6;
  }

  attach(owner, events) {
    this.owner = owner;
    this.#events = events;
  }

  /** Follows a native call that opened the socket: 0, or the error number that it gave. */
  opened(status) {
    if (status !== 0) return status;
    theBlocks();
    this.#open = true;
    this.#receiving = true;
    turn.add(this);
    this.#update();
    turn.kick();
    return 0;
  }

  get fd() {
    return this.descriptor();
  }

  getAsyncId() {
    return this.#scope.asyncId();
  }

  // ---- receiving

  onready(readiness) {
    if (readiness === turn.READ) this.#receiveAll();
    else this.#report(this.resumeSending());
  }

  #receiveAll() {
    let delivered = this.#deliver(MAX_DELIVERIES);
    while (this.#receiving) {
      if (delivered >= MAX_DELIVERIES) {
        this.arm();
        return;
      }
      const count = this.receive();
      if (count === AGAIN) return;
      if (count < 0) {
        if (delivered > 0) turn.runTicks();
        delivered++;
        turn.delivered();
        this.#scope.runInAsyncScope(this.#events.error, undefined, this.owner, count);
        continue;
      }
      this.#unpack(count);
      if (delivered > 0) turn.runTicks();
      delivered += this.#deliver(MAX_DELIVERIES - delivered);
      if (count < SLOTS && this.#inbox.length === 0) return;
    }
  }

  /** Copies what was received out of the shared block, one Buffer per datagram. */
  #unpack(count) {
    const { datagrams, received } = blocks;
    let address = '';
    for (let row = 0; row < count; row++) {
      const at = row * RECEIVED_COLUMNS;
      const flags = received[at + 5];
      if (!(flags & SAME_SENDER) || row === 0) {
        address = flags & FROM_V6 ? this.sender(row) : textOfV4(received[at + 4]);
      }
      const family = flags & FROM_V6 ? 'IPv6' : 'IPv4';
      this.#slice(
        datagrams,
        received[at],
        received[at + 1],
        received[at + 2],
        address,
        family,
        received[at + 3],
      );
    }
  }

  #slice(from, offset, length, segment, address, family, port) {
    if (segment >= length) {
      const message = Buffer.allocUnsafe(length);
      from.copy(message, 0, offset, offset + length);
      this.#inbox.push({ message, info: { address, family, port, size: length } });
      return;
    }
    // A run of datagrams: pieces of several, as large as Node's pool.
    const perPiece = Math.max(1, Math.floor(SHARED_SIZE / segment)) * segment;
    for (let done = 0; done < length; done += perPiece) {
      const size = Math.min(perPiece, length - done);
      const piece = Buffer.allocUnsafeSlow(size);
      if (size > segment) markAsUntransferable(piece.buffer);
      from.copy(piece, 0, offset + done, offset + done + size);
      for (let at = 0; at < size; at += segment) {
        const end = Math.min(at + segment, size);
        this.#inbox.push({
          message: piece.subarray(at, end),
          info: { address, family, port, size: end - at },
        });
      }
    }
  }

  #deliver(limit) {
    const inbox = this.#inbox;
    const count = Math.min(limit, inbox.length);
    let done = 0;
    try {
      while (done < count && this.#receiving) {
        if (done > 0) turn.runTicks();
        const { message, info } = inbox[done++];
        turn.delivered();
        this.#scope.runInAsyncScope(this.#events.message, undefined, this.owner, message, info);
      }
    } finally {
      if (done === inbox.length || !this.#receiving) inbox.length = 0;
      else inbox.splice(0, done);
      if (inbox.length > 0) this.arm();
    }
    return done;
  }

  // ---- sending

  /**
   * Takes one datagram: its parts are copied, and leave with the others of this tick. `address` is a literal,
   * or undefined on a connected socket. The callback gets an error number (negative) or a byte count.
   */
  send(parts, length, address, port, callback) {
    const peer = address === undefined ? NO_PEER : this.#peerOf(address);
    if (peer < 0 && peer !== NO_PEER) return peer;
    const { outgoing, outgoingInfo } = theBlocks();
    if (length > MAX_PAYLOAD) return EMSGSIZE;
    if (sender !== null && sender !== this) sender.flush();
    if (this.#queued === MAX_OUTGOING || this.#queuedBytes + length > OUTGOING_SIZE) this.flush();
    sender = this;
    const row = this.#queued++ * OUTGOING_COLUMNS;
    outgoingInfo[row] = length;
    outgoingInfo[row + 1] = peer;
    outgoingInfo[row + 2] = port;
    for (const part of parts) {
      outgoing.set(part, this.#queuedBytes);
      this.#queuedBytes += part.length;
    }
    this.#callbacks.push(callback);
    if (!this.#flushing) {
      this.#flushing = true;
      this.#update();
      turn.atFlush(() => this.flush());
    }
    return 0;
  }

  #peerOf(address) {
    let peer = this.#peers.get(address);
    if (peer === undefined) {
      if (this.#peers.size === MAX_KNOWN) {
        this.flush();
        this.#peers.clear();
        this.forgetPeers();
      }
      peer = this.peer(address);
      if (peer >= 0) this.#peers.set(address, peer);
    }
    return peer;
  }

  /** Gives the kernel what was queued. */
  flush() {
    this.#flushing = false;
    if (this.#queued === 0) {
      this.#update();
      return;
    }
    const count = this.#queued;
    this.#queued = 0;
    this.#queuedBytes = 0;
    sender = null;
    this.#report(this.sendBatch(count));
  }

  /** Tells the oldest `count` callbacks their results, which are in the outgoing block. */
  #report(count) {
    const { outgoingInfo } = blocks;
    const callbacks = this.#callbacks.splice(0, count);
    // A callback may send, which overwrites the block.
    const results = callbacks
      .map((callback, i) => callback && [callback, outgoingInfo[i * OUTGOING_COLUMNS]])
      .filter(Boolean);
    this.#update();
    this.#tell(results);
  }

  #tell(results) {
    let done = 0;
    try {
      while (done < results.length) {
        if (done > 0) turn.runTicks();
        const [callback, result] = results[done++];
        this.#scope.runInAsyncScope(callback, undefined, result);
      }
    } finally {
      if (done < results.length) process.nextTick(() => this.#tell(results.slice(done)));
    }
  }

  getSendQueueSize() {
    return this.queueSize() + this.#queuedBytes;
  }

  getSendQueueCount() {
    return this.queueCount() + this.#queued;
  }

  // ---- multicast

  /** Joining binds a socket that has no address yet to any (libuv, `uv__udp_maybe_deferred_bind`). */
  membership(group, interfaceAddress, join) {
    return this.#bindDeferred() || this.setMembership(group, interfaceAddress, join);
  }

  sourceMembership(source, group, interfaceAddress, join) {
    return this.#bindDeferred() || this.setSourceMembership(source, group, interfaceAddress, join);
  }

  #bindDeferred() {
    if (this.descriptor() >= 0) return 0;
    return this.bind(this.#v6 ? '::' : '0.0.0.0', 0, false, true, false);
  }

  // ---- life

  ref() {
    this.#referenced = true;
    this.#update();
  }

  unref() {
    this.#referenced = false;
    this.#update();
  }

  hasRef() {
    return this.#referenced && this.#open;
  }

  #update() {
    const keep = this.#referenced && this.#open && (this.#receiving || this.#callbacks.length > 0);
    if (keep === this.#retained) return;
    this.#retained = keep;
    if (keep) turn.retain();
    else turn.release();
  }

  recvStop() {
    this.#receiving = false;
    this.#update();
  }

  close(callback) {
    if (this.#queued > 0) this.flush();
    turn.remove(this);
    const unsent = this.#callbacks.splice(0).filter(Boolean);
    this.#open = false;
    this.#receiving = false;
    this.#update();
    this.release();
    turn.dismiss();
    turn.afterwards(() => {
      this.#tell(unsent.map((callback) => [callback, ECANCELED]));
      if (callback) this.#scope.runInAsyncScope(callback, this);
      this.#scope.emitDestroy();
    });
  }

  getsockname(out) {
    return describe(this.localAddress(), out);
  }

  getpeername(out) {
    return describe(this.peerAddress(), out);
  }
}

module.exports = { UDP };
