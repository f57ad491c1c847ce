'use strict';
// Sends as fast as the receiver can follow: an overrun receiver would mostly show what dropping costs.

const fs = require('node:fs');
const { now } = require('./report.js');

/** Milliseconds between two looks at the receiver, between two bursts to begin with, and at most. */
const LOOK_EVERY = 3;
const FIRST_GAP = 0.15;
const LONGEST_GAP = 2;

/** How many datagrams the socket bound to the port has lost (`/proc/net/udp`: the last column). */
function drops(port) {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = fs.readFileSync('/proc/net/udp', 'latin1').trim().split('\n');
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return Number(columns.find(([, local]) => local.endsWith(address))?.at(-1) ?? 0);
}

/** Not a sleep: timers are too coarse. */
function waitUntil(time) {
  while (now() < time);
}

/**
 * Waits between bursts: longer after the receiver's kernel buffer overflowed, shorter while it does not. It settles where
 * most looks find some loss: a receiver that never loses anything is not busy all the time. Linux only.
 */
class Pace {
  #port;
  #gap = FIRST_GAP;
  #next = 0;
  #look = now();
  #drops = 0;

  constructor(port) {
    this.#port = port;
  }

  wait() {
    if (now() >= this.#look) {
      this.#adjust();
      this.#look = now() + LOOK_EVERY;
    }
    waitUntil(this.#next);
    this.#next = now() + this.#gap;
  }

  #adjust() {
    const lost = drops(this.#port);
    this.#gap = lost > this.#drops ? Math.min(this.#gap * 1.03, LONGEST_GAP) : this.#gap * 0.9;
    this.#drops = lost;
  }
}

module.exports = { Pace, waitUntil };
