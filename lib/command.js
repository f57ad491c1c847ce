'use strict';
// What the command `ferronet` does with its arguments. A script runs in this process, as node would run it.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { version } = require('../package.json');

const STDOUT = 1;
const STDERR = 2;

/** Exit codes of node: a script that is not there, a bad option (https://nodejs.org/api/process.html#exit-codes). */
const FAILED = 1;
const BAD_OPTION = 9;

const USAGE = `Usage: ferronet <script> [arguments]
       ferronet bench [options]
       ferronet info | --version | --help

Runs a Node program with net and dgram by ferronet, in the whole program: its dependencies and Node's own http, https,
http2, tls and fetch included. The same as: node -r ferronet/register <script> [arguments]

  bench       measures the built-ins and ferronet here, side by side; bench --help lists its options
  info        says what ferronet runs on here
  --version   prints the version
  --help      prints this

Options of node go into the environment variable NODE_OPTIONS. FERRONET_DEBUG=1 says what was swapped.
`;

// Written at once: the program's own standard streams are not touched.
const print = (text) => fs.writeSync(STDOUT, text);
const complain = (text) => fs.writeSync(STDERR, text);

/** The file that node would run: a path, with or without its extension, or a folder with an index. */
function find(script) {
  try {
    return require.resolve(path.resolve(script));
  } catch {
    return undefined;
  }
}

/** Runs the script as the main module, whichever its kind, with the rest of the arguments. */
function run(script, rest) {
  const file = find(script);
  if (file === undefined) {
    complain(`ferronet: there is no script ${path.resolve(script)}\n`);
    return FAILED;
  }
  process.argv = [process.argv[0], file, ...rest];
  require('./register.js');
  require('./register/workers.js').passOn();
  Module.runMain();
  return process.exitCode;
}

/** What ferronet runs on: kernel features are tried, not looked up by version. */
function info() {
  const { batchFeatures, file } = require('./binding.js');
  const has = batchFeatures();
  const lines = [
    ['ferronet', version],
    ['node', `${process.version}, ${process.platform} ${process.arch}`],
    ['native core', file],
    ['waiter', require('./reactor/turn.js').theReactor().waiter()],
    ...['recvmmsg', 'UDP_GRO', 'UDP_SEGMENT'].map((name) => [name, has.includes(name) ? 'yes' : 'no']),
  ];
  print(lines.map(([name, value]) => `${`${name}:`.padEnd(13)}${value}\n`).join(''));
}

/** The benchmark takes its options, and sets the exit code, itself. */
function bench(rest) {
  const file = path.join(__dirname, '..', 'bench', 'run.js');
  process.argv = [process.argv[0], file, ...rest];
  require(file);
  return process.exitCode;
}

/** Answers the exit code; undefined leaves it to the script. */
function main([first, ...rest]) {
  if (first === undefined) {
    complain(USAGE);
    return FAILED;
  }
  if (first === 'info') return info();
  if (first === 'bench') return bench(rest);
  if (first === '--version' || first === '-v') return void print(`${version}\n`);
  if (first === '--help' || first === '-h') return void print(USAGE);
  if (first.startsWith('-')) {
    complain(`ferronet: unknown option ${first}; options of node go into NODE_OPTIONS\n`);
    return BAD_OPTION;
  }
  return run(first, rest);
}

module.exports = { main };
