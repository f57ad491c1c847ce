'use strict';
// The side-by-side benchmark: the same programs on Node's net and dgram and on ferronet's, by turns.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const builtin = require('node:net');
const os = require('node:os');
const ferronet = require('..');
const { killAll, whyUnpinned } = require('./children.js');
const generator = require('./generator.js');
const { own } = require('./implementations.js');
const { LOAD_CORE, measureAll, PROGRAM_CORE } = require('./measure.js');
const { options, usage } = require('./options.js');
const { besideTable, fullTable, verdict } = require('./report.js');
const { summarize } = require('./statistics.js');

/** As node's own (https://nodejs.org/api/process.html#exit-codes). */
const FAILED = 1;
const BAD_OPTION = 9;

function versionOf(command) {
  const [line] = execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n');
  return line.match(/\d+\.\d+\.\d+\S*/)[0];
}

/** Why a scenario cannot be measured with a Node of this version, or null. */
function whyLeftOut({ missing, since = [0, 0] }, version) {
  const [major, minor] = version.split('.').map(Number);
  const isOld = major < since[0] || (major === since[0] && minor < since[1]);
  return missing ?? (isOld ? `Node has it since ${since.join('.')}` : null);
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
  const leftOut = new Map(chosen.map((scenario) => [scenario, whyLeftOut(scenario, version)]));
  for (const [{ name }, reason] of leftOut) if (reason) console.log(`left out: ${name} (${reason})`);
  const possible = chosen.filter((scenario) => leftOut.get(scenario) === null);
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

/** Where and how everything runs: a part of the record, and the lines above the tables. */
function conditions(load, unpinned) {
  const machine = `${os.type()} ${os.release()}, ${os.availableParallelism()} × ${os.cpus()[0]?.model ?? os.arch()}`;
  const placement = unpinned
    ? `NOT pinned, because ${unpinned}`
    : `load on core ${LOAD_CORE}, program on core ${PROGRAM_CORE}`;
  console.log(`${machine}; ${placement}\nthe load: ${load.text}`);
  return { machine, placement, load: load.kind };
}

async function measureWith({ chosen, others, rounds, seconds, ...wanted }) {
  if (builtin.Socket === ferronet.net.Socket)
    throw new Error('There is no built-in to compare with: NODE_OPTIONS loads ferronet/register.');
  const load = generator.choose(wanted.load);
  const unpinned = whyUnpinned();
  const versions = Object.fromEntries(
    Object.entries(others).map(([name, { file }]) => [name, versionOf(file)]),
  );
  const record = { ...conditions(load, unpinned), rounds, seconds, versions };
  console.log(`${chosen.length} scenarios, ${rounds} rounds of ${seconds} s each`);

  const implementations = { ...own(load), ...others };
  const pinned = unpinned === null;
  const context = { rounds, seconds, load, pinned, implementations, others: Object.keys(others) };
  const scenarios = wanted.just ? chosen.map((scenario) => ({ ...scenario, beside: [] })) : chosen;
  const runs = [];
  for (const node of wanted.node) runs.push(await measureNode(node, scenarios, context));
  return { ...record, titles: titlesOf(implementations), runs };
}

async function main() {
  let wanted;
  try {
    wanted = options();
  } catch (error) {
    console.error(`${error.message}; --help lists the options`);
    process.exitCode = BAD_OPTION;
    return;
  }
  if (wanted.help) return console.log(usage);
  if (wanted.list) return console.log(wanted.chosen.map(({ name }) => name).join('\n'));
  const record = await measureWith(wanted);
  if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify(record, rounded, 2)}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    killAll();
    process.exit(FAILED);
  });
}

main().catch((error) => {
  killAll();
  console.error(error.message);
  process.exitCode = FAILED;
});
