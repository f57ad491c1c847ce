'use strict';
// npm run bench:syscalls: system calls per event, counted by strace, of the built-in and of ferronet.

const { parseArgs } = require('node:util');
const { amounts, perEvent, stderrOf } = require('./counted/marginal.js');
const { table } = require('./report.js');

/** Rarer than this per event is not the path's. */
const FEWEST = 0.02;

/** {system call: count} from the table of `strace -c`. */
function counter(node) {
  return (args) => {
    const rows = stderrOf('strace', ['-f', '-c', node, ...args]).matchAll(
      /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/gm,
    );
    return Object.fromEntries(
      [...rows].filter(([, , name]) => name !== 'total').map(([, n, name]) => [name, +n]),
    );
  };
}

const sum = (calls) => calls.reduce((total, [, count]) => total + count, 0);
const list = (calls) => calls.map(([name, count]) => `${name} ${count.toFixed(2)}`).join(', ');

function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      node: { type: 'string', default: process.execPath },
    },
  });
  const only = new RegExp(values.only);
  const rows = [];
  for (const workload of Object.keys(amounts).filter((name) => only.test(name))) {
    for (const implementation of ['builtin', 'ferronet']) {
      process.stderr.write(`${workload} ${implementation} …\n`);
      const calls = Object.entries(perEvent(counter(values.node), implementation, workload))
        .filter(([, count]) => count >= FEWEST)
        .sort(([, a], [, b]) => b - a);
      rows.push({ event: amounts[workload].event, implementation, calls });
    }
  }
  const columns = [
    ['one event is', ({ event }) => event],
    ['on', ({ implementation }) => implementation],
    ['calls', ({ calls }) => sum(calls).toFixed(2)],
    ['which', ({ calls }) => list(calls)],
  ];
  console.log(table(columns, rows));
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
