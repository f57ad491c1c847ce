'use strict';
// Datagrams on their way out: those of one tick, or of one turn, are copied into a shared block and leave together.

const process = require('node:process');
const { addressException, errnoOf } = require('../errors.js');
const { Request } = require('./scope.js');
const turn = require('../reactor/turn.js');
const { MAX_OUTGOING, OUTGOING_COLUMNS, OUTGOING_SIZE, theBlocks } = require('./udp-blocks.js');

const ECANCELED = errnoOf('ECANCELED');
const EMSGSIZE = errnoOf('EMSGSIZE');

/** More than this is no datagram (RFC 768: a length of 16 bits). */
const MAX_PAYLOAD = 65535;
/** The peer of a datagram on a connected socket. */
const NO_PEER = -1;
/** Addresses known by number; more than these start over. */
const MAX_PEERS = 4096;

/** A flag of Node's for tests: nothing is sent at once (src/node_options.cc). */
const triesAtOnce = !process.execArgv.includes('--test-udp-no-try-send');

/** The outbox whose datagrams lie in the shared block. There is one at a time, so that order is kept. */
let sender = null;
let watchingExit = false;

/** Whether the process has begun to exit: there will be no tick any more in which to send. */
let exiting = false;

function onExit() {
  exiting = true;
  sender?.flush();
}

/** process.exit() in this tick must not lose what was queued in it. Watched only while something is. */
function watchExit() {
  if (watchingExit) return;
  watchingExit = true;
  exiting = process._exiting === true;
  process.on('exit', onExit);
}

function unwatchExit() {
  if (!watchingExit || sender !== null) return;
  watchingExit = false;
  process.removeListener('exit', onExit);
}

/** Callbacks on their way in late ticks; those that are due at once come behind them. */
let late = 0;

/** A datagram whose callback is told with the next ticks, or once there is a result, in the context of the send. */
class Pending {
  #callback;
  #address;
  #port;
  #result;
  #request = null;
  #beforeTick;

  /** `beforeTick` is undefined or a function for the ticks after the send, to be called before this one. */
  constructor(callback, address, port, beforeTick) {
    this.#callback = callback;
    this.#address = address;
    this.#port = port;
    this.#beforeTick = beforeTick;
    process.nextTick(Pending.tick, this);
  }

  /** The ticks after the send have come. */
  static tick(pending) {
    if (pending.#beforeTick !== undefined) {
      pending.#beforeTick();
      pending.#beforeTick = undefined;
    }
    if (pending.#result === undefined) {
      pending.#request = new Request('FERRONET_UDPSEND', () => pending.#tell());
    } else if (late > 0) {
      process.nextTick(Pending.tick, pending);
    } else {
      pending.#tell();
    }
  }

  static late(pending) {
    late--;
    pending.#request.done();
  }

  /** A byte count, or a negative error number. */
  settle(result) {
    this.#result = result;
    if (this.#request === null) return;
    late++;
    process.nextTick(Pending.late, this);
  }

  #tell() {
    const callback = this.#callback;
    if (this.#result < 0) callback(addressException(this.#result, 'send', this.#address, this.#port));
    else callback(null, this.#result);
  }
}

class Outbox {
  #handle;
  /** Datagrams in the block and their bytes. */
  #count = 0;
  #bytes = 0;
  /** Those without a result yet, oldest first; undefined where nobody asks. */
  #pending = [];
  #peers = new Map();
  /** How many datagrams this tick has had. One that follows a tick with a single datagram leaves at once. */
  #inTick = 0;
  #bursts = !triesAtOnce;

  constructor(handle) {
    this.#handle = handle;
  }

  /**
   * Takes one datagram: its parts are copied. `ip` is a literal, or undefined on a connected socket; `address`
   * is what the program called it. 0, or an error number that the callback is not told.
   */
  add(parts, length, ip, address, port, callback) {
    const peer = ip === undefined ? NO_PEER : this.#peerOf(ip);
    if (peer < 0 && ip !== undefined) return peer;
    if (length > MAX_PAYLOAD) return EMSGSIZE;
    if (sender !== this) sender?.flush();
    if (this.#count === MAX_OUTGOING || this.#bytes + length > OUTGOING_SIZE) this.flush();
    this.#copy(parts, length, peer, port);
    const first = this.#inTick++ === 0;
    // The end of the tick needs none of its own where there is one for a callback.
    const sharesTick = first && callback !== undefined && !turn.isUnderWay();
    if (first && !sharesTick) turn.atFlush(this.#endTick);
    this.#pending.push(
      callback && new Pending(callback, address, port, sharesTick ? this.#endTick : undefined),
    );
    sender = this;
    if (first && !this.#bursts) {
      this.flush();
    } else {
      watchExit();
      if (exiting) this.flush();
    }
    return 0;
  }

  #copy(parts, length, peer, port) {
    const { outgoing, outgoingInfo } = theBlocks();
    const row = this.#count++ * OUTGOING_COLUMNS;
    outgoingInfo[row] = length;
    outgoingInfo[row + 1] = peer;
    outgoingInfo[row + 2] = port;
    for (const part of parts) {
      outgoing.set(part, this.#bytes);
      this.#bytes += part.length;
    }
  }

  #endTick = () => {
    this.#bursts = this.#inTick > 1 || !triesAtOnce;
    this.#inTick = 0;
    this.flush();
    unwatchExit();
  };

  #peerOf(ip) {
    let peer = this.#peers.get(ip);
    if (peer === undefined) {
      if (this.#peers.size === MAX_PEERS) {
        this.flush();
        this.#peers.clear();
        this.#handle.forgetPeers();
      }
      peer = this.#handle.peer(ip);
      if (peer >= 0) this.#peers.set(ip, peer);
    }
    return peer;
  }

  /** Gives the kernel what is in the block. Runs no code of the program. */
  flush() {
    if (this.#count === 0) return;
    const count = this.#count;
    this.#count = 0;
    this.#bytes = 0;
    sender = null;
    this.#settle(this.#handle.sendBatch(count));
  }

  /** How many datagrams, and bytes, the kernel has not taken yet. */
  waiting() {
    if (triesAtOnce) this.flush();
    return [this.#handle.queueCount() + this.#count, this.#handle.queueSize() + this.#bytes];
  }

  /** There is room again for those that the kernel had none for. */
  resume() {
    // The results come in the block.
    sender?.flush();
    this.#settle(this.#handle.resumeSending());
  }

  #settle(done) {
    if (done < 0) {
      this.cancel(done);
      this.#handle.waitsForRoom(false);
      process.nextTick(() => this.#handle.failed(done));
      return;
    }
    const { outgoingInfo } = theBlocks();
    const pending = this.#pending;
    for (let i = 0; i < done; i++) pending[i]?.settle(outgoingInfo[i * OUTGOING_COLUMNS]);
    if (pending.length === 1 && done === 1) pending.pop();
    else pending.splice(0, done);
    this.#handle.waitsForRoom(pending.length > 0);
  }

  /** The handle closes: what the kernel had no room for is dropped. */
  cancel(status = ECANCELED) {
    for (const pending of this.#pending.splice(0)) pending?.settle(status);
  }
}

module.exports = { Outbox };
