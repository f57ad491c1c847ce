'use strict';
// Chunks that leave together (writev(2)), none of them copied.

const turn = require('../reactor/turn.js');

class Vector {
  #buffers;
  /** The first that the kernel has not taken all of, and how much of that it has. */
  #next = 0;
  #offset = 0;

  constructor(buffers) {
    this.#buffers = buffers;
    /** In bytes. */
    this.length = 0;
    for (const { length } of buffers) this.length += length;
  }

  /**
   * Writes what the stream of that index takes now: a count, 0 when nothing is left (the program may have detached
   * buffers meanwhile), or a negative error number.
   */
  writeTo(index) {
    const taken = turn.native().writeVector(index, this.#buffers, this.#next, this.#offset);
    if (taken > 0) this.#skip(taken);
    return taken;
  }

  #skip(taken) {
    let left = taken;
    while (this.#next < this.#buffers.length) {
      const rest = Math.max(this.#buffers[this.#next].length - this.#offset, 0);
      if (left < rest) {
        this.#offset += left;
        return;
      }
      left -= rest;
      this.#next++;
      this.#offset = 0;
    }
  }
}

module.exports = { Vector };
