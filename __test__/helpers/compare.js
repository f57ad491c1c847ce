'use strict';
// Runs one program on the built-in and on ferronet and compares what it could see.

const { builtin, ours } = require('./implementations.js');
const { traceOf } = require('./trace.js');

/** Fails unless the program sees the same on both. Returns what it saw. */
async function compare(t, program) {
  const expected = await traceOf(builtin, program);
  const actual = await traceOf(ours, program);
  t.deepEqual(actual, expected);
  return actual;
}

/** Runs `call(modules)` on both and compares what it returned or threw. */
async function compareCall(t, call) {
  return compare(t, async (modules, see) => {
    try {
      see('returned', await call(modules));
    } catch (error) {
      see('threw', error);
    }
  });
}

module.exports = { compare, compareCall };
