'use strict';
// Whether a handle keeps the program alive: it does while it is referenced and active, as libuv's handles do.

const turn = require('../reactor/turn.js');

class Liveness {
  referenced = true;
  #active = false;
  #owing = false;
  #retained = false;

  setReferenced(referenced) {
    this.referenced = referenced;
    this.#update();
  }

  /** `owing`: what is under way keeps the program alive although the handle is unreferenced. */
  setActive(active, owing = false) {
    this.#active = active;
    this.#owing = owing;
    this.#update();
  }

  #update() {
    const keep = (this.referenced && this.#active) || this.#owing;
    if (keep === this.#retained) return;
    this.#retained = keep;
    if (keep) turn.retain();
    else turn.release();
  }
}

module.exports = { Liveness };
