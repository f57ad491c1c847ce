'use strict';
// npm run bench:syscalls: system calls per event, counted by strace, of the built-in and of
// ferronet; --accept keeps them for docs/performance.md.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { amounts, perEvent, stderrOf } = require('./counted/marginal.js');
const { syscallsTable } = require('./report.js');

const file = path.join(__dirname, 'counted', 'syscalls.json');

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

function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      node: { type: 'string', default: process.execPath },
      accept: { type: 'boolean', default: false },
    },
  });
  const only = new RegExp(values.only);
  const rows = [];
  for (const workload of Object.keys(amounts).filter((name) => only.test(name))) {
    for (const implementation of ['builtin', 'ferronet']) {
      process.stderr.write(`${workload} ${implementation} …\n`);
      const calls = Object.entries(perEvent(counter(values.node), implementation, workload))
        .filter(([, count]) => count >= FEWEST)
        .map(([name, count]) => [name, Number(count.toFixed(2))])
        .sort(([, a], [, b]) => b - a);
      rows.push({ event: amounts[workload].event, implementation, calls: Object.fromEntries(calls) });
    }
  }
  console.log(syscallsTable(rows));
  if (values.accept) fs.writeFileSync(file, `${JSON.stringify({ rows }, null, 2)}\n`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
