'use strict';
// What a program could see, without what differs from run to run.

/** Numbers that differ from run to run: each port is named in the order it was first seen. */
function portNamer() {
  const names = new Map();
  return (port) => {
    if (!names.has(port)) names.set(port, `PORT${names.size + 1}`);
    return names.get(port);
  };
}

/** A number under a name that says so, or one of the range that the system gives out (ip(7)). */
const isPort = (value, key) => (/port/i.test(key ?? '') ? value > 1023 : value >= 32768 && value <= 65535);

/** What a program can see of a value, without what differs from run to run. */
function normalizer() {
  const nameOf = portNamer();
  const inText = (text) =>
    text.replace(/(?<=[:\s(])(\d{4,5})(?=[),\s]|$)/g, (digits) => nameOf(Number(digits)));
  function normal(value, key) {
    if (typeof value === 'number') return isPort(value, key) ? nameOf(value) : value;
    if (typeof value === 'string') return inText(value);
    if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('latin1')}`;
    if (typeof value === 'function') return `function ${value.name}`;
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Error) return normalError(value);
    if (Array.isArray(value)) return value.map((item) => normal(item));
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
      return `an instance of ${value.constructor?.name}`;
    }
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, normal(v, k)]));
  }
  function normalError(error) {
    const own = Object.fromEntries(Object.entries(error).map(([k, v]) => [k, normal(v, k)]));
    return {
      error: error.name,
      message: inText(error.message),
      keys: Object.keys(error),
      firstLine: inText(String(error.stack).split('\n')[0]),
      ...own,
      ...(error.errors && { errors: error.errors.map((e) => normal(e)) }),
    };
  }
  return normal;
}

/**
 * Runs `program(modules, see)` to its end on one implementation; everything it gives to `see` is what it saw.
 * `modules` is { name, net, dgram }. The program returns a promise when it has cleaned up.
 */
async function traceOf(modules, program) {
  const normal = normalizer();
  const trace = [];
  await program(modules, (...seen) => trace.push(seen.map((value) => normal(value))));
  return trace;
}

/** Reports every emission of the named events of an emitter to `see`, with its arguments. */
function watch(see, label, emitter, events) {
  for (const event of events) emitter.on(event, (...args) => see(`${label} ${event}`, ...args));
  return emitter;
}

module.exports = { normalizer, traceOf, watch };
