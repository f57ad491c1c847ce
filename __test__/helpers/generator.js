'use strict';
// Random choices that a seed repeats.

/**
 * mulberry32: the same numbers for the same seed. `below(n)` is a whole number from 0 to n - 1, `chance(p)` is true
 * with the probability p, `pick(list)` one of the list.
 */
function generator(seed) {
  let state = seed * 0x9e3779b9;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(random() * n);
  return { below, chance: (p) => random() < p, pick: (list) => list[below(list.length)] };
}

module.exports = { generator };
