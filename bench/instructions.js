'use strict';
// npm run bench:instructions: instructions per event in user mode, counted by valgrind, beside the figures that are
// committed. Noise does not touch them: two runs of the same code differ by well under 1 %.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { amounts, perEvent, stderrOf } = require('./counted/marginal.js');
const { number, table, times } = require('./report.js');

const file = path.join(__dirname, 'counted', 'instructions.json');
/** Relative; warming up depends a little on the size of the code. */
const TOLERANCE = 0.03;

const usage = `node bench/instructions.js [options]
  --only REGEX   only workloads whose name matches
  --node PATH    the Node that runs them (this one)
  --builtin      counts the built-in too
  --accept       commits the figures to ${path.relative(process.cwd(), file)}`;

function counter(node) {
  const tool = ['--tool=callgrind', '--callgrind-out-file=/dev/null', node];
  return (args) => {
    const stderr = stderrOf('valgrind', [...tool, ...args]);
    return { instructions: Number(stderr.match(/Collected : (\d+)/)[1]) };
  };
}

function measure(names, implementation, node) {
  const count = counter(node);
  const measured = {};
  for (const [i, name] of names.entries()) {
    process.stderr.write(`${implementation} ${i + 1}/${names.length}  ${name} … `);
    measured[name] = Math.round(perEvent(count, implementation, name).instructions);
    process.stderr.write(`${number(measured[name])}\n`);
  }
  return measured;
}

/** Compared figures can only come from the same Node: V8 makes most of the code. */
function accepted(version) {
  const record = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (record.node === version) return record;
  console.log(
    `The committed figures are of Node ${record.node}; this is ${version}: nothing to compare with.`,
  );
  return { node: version, ferronet: {}, builtin: {} };
}

function show(measured, { ferronet, builtin }) {
  const change = (name) => (ferronet[name] ? times(measured[name] / ferronet[name]) : 'new');
  const columns = [
    ['workload', (name) => name],
    ['one event is', (name) => amounts[name].event],
    ['committed', (name) => (ferronet[name] ? number(ferronet[name]) : '')],
    ['now', (name) => number(measured[name])],
    ['change', change],
    ['of the built-in', (name) => (builtin[name] ? times(measured[name] / builtin[name]) : '')],
  ];
  console.log(`${table(columns, Object.keys(measured))}\n`);
}

function judge(measured, { ferronet }) {
  const changed = (sign) =>
    Object.keys(measured).filter((name) => sign * (measured[name] / ferronet[name] - 1) > TOLERANCE);
  const [more, less] = [changed(1), changed(-1)];
  if (less.length > 0) console.log(`Cheaper than committed: ${less.join(', ')}. --accept keeps that.`);
  if (more.length === 0) return console.log(`No path costs over ${TOLERANCE * 100} % more than committed.`);
  console.log(`Costs more than committed: ${more.join(', ')}. If that is worth it: --accept, and say why.`);
  process.exitCode = 1;
}

function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      node: { type: 'string', default: process.execPath },
      builtin: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const only = new RegExp(values.only);
  const names = Object.keys(amounts).filter((name) => only.test(name));
  if (names.length === 0) throw new Error('--only matches no workload.');
  const version = execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  const before = accepted(version);
  const builtin = { ...before.builtin, ...(values.builtin ? measure(names, 'builtin', values.node) : {}) };
  const ferronet = measure(names, 'ferronet', values.node);
  show(ferronet, { ...before, builtin });
  if (!values.accept) return judge(ferronet, before);
  const record = { node: version, ferronet: { ...before.ferronet, ...ferronet }, builtin };
  fs.writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
