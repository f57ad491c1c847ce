'use strict';
// The side-by-side benchmark: the same programs on Node's net and dgram and on ferronet's, by turns.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const { parseArgs } = require('node:util');
const { killAll, whyUnpinned } = require('./children.js');
const generator = require('./generator.js');
const { other, own } = require('./implementations.js');
const { LOAD_CORE, measureAll, PROGRAM_CORE } = require('./measure.js');
const { besideTable, fullTable, verdict } = require('./report.js');
const scenarios = require('./scenarios.js');
const { summarize } = require('./statistics.js');

const usage = `node bench/run.js [options]
  --rounds N       runs of each implementation in each scenario (5)
  --seconds S      length of a run (2)
  --only REGEX     only scenarios whose name matches
  --node PATH      the Node that runs the programs (this one); again for another one
  --vs LIST        other runtimes beside: bun, deno, or bun=/path/to/bun, separated by commas
  --just           only the built-in and ferronet: no bare program, no other waiter
  --json FILE      writes all figures there
  --list           names the scenarios`;

function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      node: { type: 'string', multiple: true, default: [process.execPath] },
      vs: { type: 'string', default: '' },
      just: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds is a whole number from 1');
  if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds is a number up to 60');
  const others = Object.fromEntries(values.vs.split(',').filter(Boolean).map(other));
  return { ...values, rounds, seconds, others, only: new RegExp(values.only, 'i') };
}

function versionOf(command) {
  const [line] = execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n');
  return line.match(/\d+\.\d+\.\d+\S*/)[0];
}

/** Whether a Node is new enough for what a scenario needs of its built-in. */
function hasWhatItNeeds({ since = [0, 0] }, version) {
  const [major, minor] = version.split('.').map(Number);
  return major > since[0] || (major === since[0] && minor >= since[1]);
}

function titlesOf(implementations) {
  const titles = Object.entries(implementations).map(([name, { title }]) => [name, title]);
  return Object.fromEntries(titles);
}

/** More digits than are known would only make differences. */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}

/** All that was found out with one Node. */
async function measureNode(node, chosen, context) {
  const version = versionOf(node);
  console.log(`\nNode ${version}`);
  const possible = chosen.filter((scenario) => hasWhatItNeeds(scenario, version));
  const results = await measureAll(possible, { ...context, node });
  const finished = [...results].filter(([, rounds]) => rounds.length > 0);
  const summaries = finished.map(([scenario, rounds]) => summarize(scenario, rounds));
  if (summaries.length > 0) {
    console.log(`\n${fullTable(summaries)}`);
    console.log('\nBeside the built-in (figure, CPU per message):');
    console.log(besideTable(summaries, titlesOf(context.implementations)));
  }
  console.log(`\n${verdict(summaries)}`);
  return { node: version, summaries };
}

async function main() {
  const wanted = options();
  let chosen = scenarios.filter(({ name }) => wanted.only.test(name));
  if (wanted.help) return console.log(usage);
  if (wanted.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  if (process.platform !== 'linux')
    throw new Error('The load generator (epoll, sendmmsg) runs on Linux only.');
  if (chosen.length === 0) throw new Error('--only matches no scenario; --list names them.');
  if (wanted.just) chosen = chosen.map((scenario) => ({ ...scenario, beside: [] }));

  const load = generator.build();
  const unpinned = whyUnpinned();
  const placement = unpinned
    ? `NOT pinned, because ${unpinned}`
    : `load on core ${LOAD_CORE}, program on core ${PROGRAM_CORE}`;
  const versions = Object.fromEntries(
    Object.entries(wanted.others).map(([name, { file }]) => [name, versionOf(file)]),
  );
  const machine = `Linux ${os.release()}, ${os.availableParallelism()} × ${os.cpus()[0]?.model ?? os.arch()}`;
  console.log(`${machine}; ${placement}`);
  console.log(`${chosen.length} scenarios, ${wanted.rounds} rounds of ${wanted.seconds} s each`);

  const context = {
    ...wanted,
    load,
    pinned: unpinned === null,
    implementations: { ...own, ...wanted.others },
    others: Object.keys(wanted.others),
  };
  const runs = [];
  for (const node of wanted.node) runs.push(await measureNode(node, chosen, context));
  if (wanted.json) {
    const { rounds, seconds } = wanted;
    const titles = titlesOf(context.implementations);
    const record = { machine, placement, rounds, seconds, versions, titles, runs };
    fs.writeFileSync(wanted.json, `${JSON.stringify(record, rounded, 2)}\n`);
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });
}

main().catch((error) => {
  killAll();
  console.error(error.message);
  process.exitCode = 1;
});
