'use strict';
// Whether a handle keeps the program alive: it does while it is referenced and active, as libuv's handles do.

const turn = require('./turn.js');

class Liveness {
  referenced = true;
  #active = false;
  #retained = false;

  setReferenced(referenced) {
    this.referenced = referenced;
    this.#update();
  }

  setActive(active) {
    this.#active = active;
    this.#update();
  }

  #update() {
    const keep = this.referenced && this.#active;
    if (keep === this.#retained) return;
    this.#retained = keep;
    if (keep) turn.retain();
    else turn.release();
  }
}

module.exports = { Liveness };
