'use strict';
// Busy polling: after an event the JavaScript thread keeps looking for the next one instead of going to sleep.
// A round trip then costs no wake-up; an otherwise idle core is kept busy meanwhile.

const { validateInt32 } = require('../validate.js');

/** One second: longer than that is a mistake in the unit. */
const MAX_MICROS = 1_000_000;

function checked(value, name) {
  validateInt32(value, name, 0, MAX_MICROS);
  return value;
}

let micros = checked(Number(process.env.FERRONET_BUSY_POLL ?? 0), 'FERRONET_BUSY_POLL');
let apply = () => {};

/**
 * Sets for how many microseconds after its last event this thread keeps looking for the next; 0, the default, lets
 * it sleep at once. Every thread has its own setting, which the environment variable FERRONET_BUSY_POLL begins with.
 */
function setBusyPoll(value) {
  micros = checked(value, 'micros');
  apply(micros);
}

/** Calls `listener(micros)` now and after every change: whoever makes the turns. */
function onBusyPoll(listener) {
  apply = listener;
  apply(micros);
}

module.exports = { onBusyPoll, setBusyPoll };
