'use strict';
// Bytes that were read from one stream and are to be written to another, and that native code keeps meanwhile
// (src/relay): in a kernel pipe on Linux, in memory of its own elsewhere.

const { AGAIN, errnoOf } = require('../errors.js');
const turn = require('../reactor/turn.js');

/** What one transfer holds at most, in bytes (src/sys/mod.rs, RELAY_CAPACITY). */
const CAPACITY = 1048576;

/** Relay buffers at most, each of two descriptors. While all are in use sockets are read in the usual way. */
const MAX_BUFFERS = 64;

/** Empty buffers that stay open for the next transfers. */
const SPARE = 4;

const NO_BUFFER = errnoOf('ENOTSUP');

/** The numbers of empty buffers by which native code knows them. */
let open = [];
let closed = [];
/** Numbers from here on were never used. */
let unused = 0;

function takeBuffer() {
  return open.pop() ?? closed.pop() ?? (unused < MAX_BUFFERS ? unused++ : -1);
}

function giveBack(buffer) {
  if (open.length < SPARE) open.push(buffer);
  else close(buffer);
}

function close(buffer) {
  turn.native().relayClose(buffer);
  closed.push(buffer);
}

// The buffers are the reactor's.
turn.onRetire(() => {
  open = [];
  closed = [];
  unused = 0;
});

class Transfer {
  #buffer;
  #left;

  constructor(buffer, length) {
    this.#buffer = buffer;
    this.#left = length;
    /** In bytes. */
    this.length = length;
  }

  /** Writes what the stream of that index takes now: a count or a negative error number. */
  writeTo(index) {
    const count = turn.native().relayDrain(this.#buffer, index);
    if (count < 0) {
      if (count !== AGAIN) this.abandon();
      return count;
    }
    this.#left -= count;
    if (this.#left === 0) giveBack(this.#buffer);
    return count;
  }

  /** Copies all bytes to memory instead: a count, or a negative error number. */
  copyTo(memory) {
    const count = turn.native().relayCopy(this.#buffer, memory);
    if (count < 0) {
      this.abandon();
      return count;
    }
    this.#left = 0;
    giveBack(this.#buffer);
    return count;
  }

  /** Nobody wants what is left. */
  abandon() {
    if (this.#left === 0) return;
    this.#left = 0;
    close(this.#buffer);
  }
}

/** Reads from the stream of that index: a Transfer, 0 at the end, or a negative error number; ENOTSUP asks for a usual read. */
function fill(index) {
  const buffer = takeBuffer();
  if (buffer < 0) return NO_BUFFER;
  const count = turn.native().relayFill(buffer, index);
  if (count > 0) return new Transfer(buffer, count);
  if (count === 0 || count === AGAIN) giveBack(buffer);
  else close(buffer);
  return count;
}

module.exports = { CAPACITY, NO_BUFFER, Transfer, fill };
