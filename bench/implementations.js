'use strict';
// What runs a program under test, and what it is called in the tables.

const path = require('node:path');

const programs = path.join(__dirname, 'programs');
const register = path.join(__dirname, '..', 'lib', 'register.js');

/** Microseconds; longer than a round trip on loopback. */
const BUSY_POLL = '100';

/**
 * An implementation's `command` gives [file, arguments] for a scenario. `target` is what the program is told about
 * the run, by position in JavaScript and as options otherwise: { port, size, seconds }.
 */
function javascript(argument, title, env = {}) {
  return {
    title,
    env,
    command({ program, byRegister, nodeFlags = [] }, target, { node }) {
      const flags = byRegister && argument === 'ferronet' ? ['-r', register] : [];
      const words = [argument, ...program.args, ...Object.values(target)];
      return [node, [...nodeFlags, ...flags, path.join(programs, program.file), ...words]];
    },
  };
}

const bare = {
  title: 'bare Rust',
  env: {},
  command: (scenario, target, { load }) => [
    load.file,
    [...scenario.bare, ...Object.entries(target).flatMap(([name, value]) => [`--${name}`, value])],
  ],
};

/** The first two are always measured; the others where a scenario names them in `beside`. */
function own(load) {
  return {
    builtin: javascript('builtin', 'built-in'),
    ferronet: javascript('ferronet', 'ferronet'),
    // Elsewhere it is the only waiter (ARCHITECTURE.md, "Who waits for the driver").
    ...(process.platform === 'linux' && {
      follower: javascript('ferronet', 'ferronet, follower', { FERRONET_WAITER: 'follower' }),
    }),
    // A part of the native load.
    ...(load.kind === 'native' && { bare }),
    busy: javascript('ferronet', 'ferronet, busy polling', { FERRONET_BUSY_POLL: BUSY_POLL }),
  };
}

const PREFIXES = { bun: [], deno: ['run', '--allow-all', '--quiet'] };

/** `bun`, `deno` or `bun=/path/to/bun`: [name, the same programs on the runtime's own net and dgram]. */
function other(text) {
  const [name, file = name] = text.split('=');
  const prefix = PREFIXES[name];
  if (!prefix) throw new Error(`--vs knows bun and deno, not "${name}"`);
  const command = ({ program }, target) => [
    file,
    [...prefix, path.join(programs, program.file), 'builtin', ...program.args, ...Object.values(target)],
  ];
  return [name, { title: name, env: {}, file, command }];
}

module.exports = { other, own };
