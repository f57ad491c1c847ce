'use strict';
// What the examples share: reading the command line, writing an address, reporting a failure in one line.

const { net } = require('..');

/** Prints what went wrong and makes the program end with code 1. */
function fail(error) {
  // A name with several addresses fails with one error for each and no message of its own.
  const causes = error.errors ?? [error];
  console.error(causes.map((cause) => cause.message).join('\n'));
  process.exitCode = 1;
}

/** The words of the command line by name; `defaults` gives the names, in order, and what a missing word means. */
function readArgs(defaults, words = process.argv.slice(2)) {
  const names = Object.keys(defaults);
  const args = Object.fromEntries(names.map((name, i) => [name, words[i] ?? String(defaults[name])]));
  if (words.length > names.length) usage(names, `"${words[names.length]}" is one word too many`);
  if (!/^\d+$/.test(args.port) || Number(args.port) > 65535) usage(names, `"${args.port}" is not a port`);
  return { ...args, port: Number(args.port) };
}

/** The same for a program that can do two things: the first word says which. */
function readMode(modes) {
  const [mode, ...words] = process.argv.slice(2);
  if (!Object.hasOwn(modes, mode ?? '')) usage([Object.keys(modes).join('|'), '...'], 'Say what to do');
  return { mode, ...readArgs(modes[mode], words) };
}

function usage(names, problem) {
  console.error(`${problem}. Usage: node ${process.argv[1]} ${names.map((name) => `[${name}]`).join(' ')}`);
  process.exit(2);
}

/** An address as it is written: 127.0.0.1:4000, [::1]:4000. */
function show(address, port) {
  return net.isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

module.exports = { fail, readArgs, readMode, show };
