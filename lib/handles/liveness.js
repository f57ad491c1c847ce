'use strict';
// Whether a handle keeps the program alive: it does while it is referenced and active, as libuv's handles do. Each kind of
// handle knows when it is active.
// Streams, of which there may be many, inherit from this instead of having one more object each.

const turn = require('../reactor/turn.js');

class Liveness {
  /** ref() and unref(). */
  referenced = true;
  #retained = false;

  /** From here on the handle keeps the program alive, or not. */
  keep(alive) {
    if (alive === this.#retained) return;
    this.#retained = alive;
    if (alive) turn.retain();
    else turn.release();
  }
}

module.exports = { Liveness };
