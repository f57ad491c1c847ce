'use strict';
// What a command found out, and the time it had for it. The first tenth of the time warms up: the program under test is
// still being compiled.

const fs = require('node:fs');
const { performance } = require('node:perf_hooks');

/** Milliseconds. */
const now = () => performance.now();
const secondsSince = (start) => (now() - start) / 1_000;

/** One line of JSON. Synchronous, because the process may exit right after it. */
function print(record) {
  fs.writeSync(1, `${JSON.stringify(record)}\n`);
}

/** How many things happened per second. */
class Rate {
  #start = now();
  #seconds;
  #count = 0;
  /** When warming up was over, and how many there had been until then. */
  #warm = null;

  constructor(seconds) {
    this.#seconds = seconds;
  }

  /** Counts some more; false when the time is over, and something has come in it. */
  add(count) {
    this.#count += count;
    const passed = secondsSince(this.#start);
    if (this.#warm === null && passed >= this.#seconds / 10) this.#warm = { at: now(), count: this.#count };
    return passed < this.#seconds || this.#count === this.#warm.count;
  }

  report() {
    const { at, count } = this.#warm;
    const rate = (this.#count - count) / secondsSince(at);
    return { rate, messages: this.#count, seconds: secondsSince(this.#start) };
  }
}

/** Round-trip times of a ping-pong, reported in microseconds. */
class Latencies {
  #start = now();
  #seconds;
  #micros = [];
  #messages = 0;

  constructor(seconds) {
    this.#seconds = seconds;
  }

  /** Counts a round trip; false when the time is over. */
  add(sent) {
    const micros = (now() - sent) * 1_000;
    const passed = secondsSince(this.#start);
    this.#messages++;
    if (passed >= this.#seconds / 10) this.#micros.push(micros);
    return passed < this.#seconds;
  }

  report() {
    const sorted = Float64Array.from(this.#micros).sort();
    const percentile = (share) => sorted[Math.floor((sorted.length - 1) * share)];
    return { p50: percentile(0.5), p99: percentile(0.99), messages: this.#messages };
  }
}

module.exports = { Latencies, now, print, Rate, secondsSince };
