'use strict';
// What all programs under test share: the choice of the implementation, and how they talk to run.js.
// A program prints {"port":…} when it is ready, and when its standard input ends a report with its CPU time.

const fs = require('node:fs');

const [name, ...rest] = process.argv.slice(2);

function load() {
  if (name === 'builtin') return { net: require('node:net'), dgram: require('node:dgram') };
  if (name === 'ferronet') return require('../..');
  throw new Error(`The first argument is "builtin" or "ferronet", not "${name}".`);
}

const { net, dgram } = load();

/** Starting Node is not part of what is measured. */
let cpuAtStart = process.cpuUsage();

/** Synchronous, because the process may exit right after it. */
function print(record) {
  fs.writeSync(1, `${JSON.stringify(record)}\n`);
}

/** Prints the report and leaves; sockets may still be open. */
function finish(figures = {}) {
  const { user, system } = process.cpuUsage(cpuAtStart);
  print({ ...figures, cpuMicros: user + system });
  process.exit();
}

/** Runs until standard input ends, which also happens when run.js dies. */
function serve(port, figures = () => ({})) {
  process.stdin.on('end', () => finish(figures())).resume();
  print({ port });
  cpuAtStart = process.cpuUsage();
}

/** Clients leave in the middle of a transfer; that is no failure. */
function ignoreResets(socket) {
  socket.on('error', (error) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
  });
}

module.exports = { dgram, finish, ignoreResets, net, rest, serve };
