'use strict';
// Datagrams on their way in: received in batches into a shared block, given to the program one by one.

const { Buffer } = require('node:buffer');
const { markAsUntransferable } = require('node:worker_threads');
const { AGAIN } = require('../errors.js');
const { runTicks } = require('../reactor/rounds.js');
const turn = require('../reactor/turn.js');
const { MAX_SMALL, RECEIVED_COLUMNS, firstBytes, theBlocks } = require('./udp-blocks.js');

/** Flags of a received message (src/bridge/udp_socket.rs). */
const FROM_V6 = 1;
const SAME_SENDER = 2;

/** Datagrams after which other sockets and timers have their turn (one batch may go beyond it). */
const MAX_DELIVERIES = 512;

/**
 * Datagrams of a run share pieces of memory of this size, as small Buffers share Node's pool (8 KiB), or pieces of
 * so many datagrams where those are larger: one that is kept pins at most that.
 */
const PIECE_SIZE = 8192;
const PIECE_DATAGRAMS = 16;

/** Texts of IPv4 addresses by their number; more than these start over. */
const MAX_TEXTS = 4096;
const textsV4 = new Map();

function textOfV4(number) {
  let text = textsV4.get(number);
  if (text === undefined) {
    if (textsV4.size === MAX_TEXTS) textsV4.clear();
    text = `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
    textsV4.set(number, text);
  }
  return text;
}

/** The class that Node makes Buffers of: without the checks, and the look for the memory, of subarray(). */
const FastBuffer = Buffer[Symbol.species];

class Inbox {
  #handle;
  /** The next row of the batch, and how many it has; or an error number in their place. */
  #row = 0;
  #rows = 0;
  /** What is left of the current run of datagrams, in the shared block. */
  #offset = 0;
  #left = 0;
  #segment = 0;
  #address = '';
  #family = '';
  #port = 0;
  /** The piece of memory that the run is copied to, and how much of that was given out. */
  #piece = null;
  #pieceSize = 0;
  #pieceOffset = 0;
  /** What a throwing listener or tick left over: [message, info] each, or [error number]. */
  #kept = [];

  constructor(handle) {
    this.#handle = handle;
  }

  /** Receives and delivers until nothing is left, the limit is reached or the handle stopped. */
  drain = () => {
    let finished = false;
    try {
      this.#drain();
      finished = true;
    } finally {
      // A listener threw: the turn ends here, and the next one goes on.
      if (!finished && this.#handle.receiving) {
        this.#keepRest();
        turn.atFlush(this.drain);
      }
    }
  };

  #drain() {
    const handle = this.#handle;
    let delivered = this.#deliverKept();
    while (handle.receiving) {
      if (delivered >= MAX_DELIVERIES) {
        handle.comeAgain();
        return;
      }
      const count = handle.receive();
      if (count === AGAIN) return;
      this.#row = 0;
      this.#rows = count;
      this.#left = 0;
      // They may throw, which the batch survives, or close the socket, here and below.
      if (delivered > 0) runTicks();
      delivered += count < 0 ? this.#deliverError() : this.#deliverBatch();
    }
  }

  #deliverError() {
    const error = this.#rows;
    this.#rows = 0;
    if (this.#handle.receiving) this.#tell(error);
    return 1;
  }

  #deliverBatch() {
    const handle = this.#handle;
    let delivered = 0;
    while (handle.receiving && this.#hasMore()) {
      if (delivered++ > 0) {
        runTicks();
        if (!handle.receiving) break;
      }
      turn.delivered();
      const message = this.#next();
      handle.delivered(message, this.#infoOf(message));
    }
    this.#rows = 0;
    this.#left = 0;
    return delivered;
  }

  /** Tells a message and its info, or an error number. */
  #tell(message, info) {
    turn.delivered();
    if (info === undefined) this.#handle.failed(message);
    else this.#handle.delivered(message, info);
  }

  /** Copies the rest of the batch out of the block, which does not outlast the turn. */
  #keepRest() {
    if (this.#rows < 0) this.#kept.push([this.#rows]);
    while (this.#hasMore()) {
      const message = this.#next();
      this.#kept.push([message, this.#infoOf(message)]);
    }
    this.#rows = 0;
  }

  #deliverKept() {
    if (this.#kept.length === 0) return 0;
    const handle = this.#handle;
    const kept = this.#kept.splice(0);
    let delivered = 0;
    try {
      while (delivered < kept.length && handle.receiving) {
        if (delivered > 0) runTicks();
        const [message, info] = kept[delivered++];
        if (handle.receiving) this.#tell(message, info);
      }
    } finally {
      if (handle.receiving) this.#kept = kept.slice(delivered);
    }
    return delivered;
  }

  #hasMore() {
    return this.#left > 0 || this.#row < this.#rows;
  }

  /** The next datagram of the batch, copied out of the block. */
  #next() {
    if (this.#left > 0) return this.#nextOfRun();
    this.#openRow(this.#row++);
    return this.#left > this.#segment ? this.#nextOfRun() : this.#single();
  }

  #infoOf(message) {
    return { address: this.#address, family: this.#family, port: this.#port, size: message.length };
  }

  #openRow(row) {
    const { received } = theBlocks();
    const at = row * RECEIVED_COLUMNS;
    const flags = received[at + 5];
    const v6 = (flags & FROM_V6) !== 0;
    if (row === 0 || (flags & SAME_SENDER) === 0) {
      this.#address = v6 ? this.#handle.sender(row) : textOfV4(received[at + 4]);
      this.#family = v6 ? 'IPv6' : 'IPv4';
    }
    this.#offset = received[at];
    this.#left = received[at + 1];
    this.#segment = received[at + 2];
    this.#port = received[at + 3];
    this.#piece = null;
  }

  #single() {
    const size = this.#left;
    const message = Buffer.allocUnsafe(size);
    if (this.#offset === 0 && size <= MAX_SMALL) message.set(firstBytes(size));
    else theBlocks().datagrams.copy(message, 0, this.#offset, this.#offset + size);
    this.#left = 0;
    return message;
  }

  #nextOfRun() {
    const size = Math.min(this.#segment, this.#left);
    if (this.#piece === null || this.#pieceOffset === this.#pieceSize) this.#newPiece();
    const start = this.#pieceOffset;
    this.#pieceOffset += size;
    this.#left -= size;
    this.#offset += size;
    return new FastBuffer(this.#piece, start, size);
  }

  /** The next piece of the run: as many whole datagrams as it has room for. */
  #newPiece() {
    const whole = Math.max(PIECE_DATAGRAMS, Math.floor(PIECE_SIZE / this.#segment)) * this.#segment;
    const size = Math.min(whole, this.#left);
    const piece = Buffer.allocUnsafeSlow(size);
    theBlocks().datagrams.copy(piece, 0, this.#offset, this.#offset + size);
    this.#piece = piece.buffer;
    this.#pieceSize = size;
    this.#pieceOffset = 0;
    // Several datagrams share it: one that is posted to a worker must not take the others away.
    if (size > this.#segment) markAsUntransferable(this.#piece);
  }
}

module.exports = { Inbox };
