'use strict';
// Values that no function expects, and what a call with them comes to.

class Foo {}

/** Makers, so that every call gets a value of its own. */
const hostile = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  0: () => 0,
  '-0': () => -0,
  1: () => 1,
  '-1': () => -1,
  1.5: () => 1.5,
  255: () => 255,
  256: () => 256,
  65536: () => 65536,
  'two to the 31st': () => 2 ** 31,
  'two to the 53rd': () => 2 ** 53,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  '1n': () => 1n,
  'large bigint': () => 2n ** 70n,
  'empty text': () => '',
  'a space': () => ' ',
  text: () => 'x',
  'text of a number': () => '12',
  'text of a negative number': () => '-1',
  'text of hex': () => '0x10',
  'long text': () => 'y'.repeat(300),
  'text with NUL': () => 'a\0b',
  symbol: () => Symbol('s'),
  object: () => ({}),
  'object without prototype': () => Object.create(null),
  'object with toString': () => ({ toString: () => '1' }),
  'instance of a class': () => new Foo(),
  array: () => [],
  'array of numbers': () => [1, 2],
  function: () => function named() {},
  arrow: () => () => {},
  date: () => new Date(0),
  regexp: () => /x/,
  buffer: () => Buffer.from('b'),
  'typed array': () => new Float64Array(1),
  arraybuffer: () => new ArrayBuffer(1),
  map: () => new Map(),
  proxy: () => new Proxy({}, {}),
  error: () => Object.assign(new Error('e'), { stack: 'Error: e' }),
};

/** What can be compared of an error that was thrown. */
function thrown(error) {
  return {
    class: error?.constructor?.name,
    name: error?.name,
    code: error?.code,
    message: error?.message,
    keys: error && typeof error === 'object' ? Object.keys(error) : [],
    string: String(error),
  };
}

/** Runs `call(modules, value)` to what it returned (by its type) or threw. */
function outcome(modules, call, value) {
  try {
    const result = call(modules, value);
    return { returned: result === null ? 'null' : typeof result };
  } catch (error) {
    return { thrown: thrown(error) };
  }
}

module.exports = { hostile, outcome };
