'use strict';
// The side-by-side benchmark: the same programs on Node's net and dgram and on ferronet's, by turns.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { Child, complaints, killAll, whyUnpinned } = require('./children.js');
const generator = require('./generator.js');
const { summarize, table, verdict } = require('./report.js');
const scenarios = require('./scenarios.js');

const usage = `node bench/run.js [options]
  --rounds N     runs of each implementation in each scenario (5)
  --seconds S    length of a run (2)
  --only REGEX   only scenarios whose name matches
  --node PATH    the Node that runs the programs (this one)
  --json FILE    writes all figures there
  --list         names the scenarios`;

const LOAD_CORE = 0;
const PROGRAM_CORE = 1;

function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      node: { type: 'string', default: process.execPath },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds is a whole number from 1');
  if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds is a number up to 60');
  return { ...values, rounds, seconds, only: new RegExp(values.only, 'i') };
}

/** Starts the processes of one run. */
function launcher({ node, seconds, pinned, load }) {
  const on = (core) => ({ core: pinned ? core : null, seconds });
  return {
    load: (...args) => new Child('the load', load, [...args, '--seconds', String(seconds)], on(LOAD_CORE)),
    program: (file, ...args) =>
      new Child(file, node, [path.join(__dirname, 'programs', file), ...args], on(PROGRAM_CORE)),
  };
}

const runs = {
  /** The program listens, the load comes. */
  async served(scenario, implementation, launch) {
    const program = launch.program(scenario.program[0], implementation);
    const { port } = await program.read();
    const load = await launch.load(...scenario.load, '--port', String(port)).read();
    program.end();
    return { program: await program.read(), load };
  },

  /** The load listens, the program sends. */
  async sent(scenario, implementation, launch, seconds) {
    const load = launch.load(...scenario.load);
    const { port } = await load.read();
    const [file, mode] = scenario.program;
    const args = [implementation, mode, port, scenario.size, seconds].map(String);
    return { program: await launch.program(file, ...args).read(), load: await load.read() };
  },
};

async function measure(scenario, implementation, launch, seconds) {
  try {
    const { program, load } = await runs[scenario.kind](scenario, implementation, launch, seconds);
    const { value, messages, sent, delivered } = scenario.read(program, load);
    const arrived = sent === undefined ? undefined : delivered / sent;
    return { value, cpu: program.cpuMicros / messages, arrived };
  } catch (error) {
    throw new Error([`${implementation}: ${error.message}`, ...complaints()].join('\n  '), { cause: error });
  } finally {
    killAll();
  }
}

/** All rounds of all scenarios: scenario → finished rounds. What fails is said and makes the exit code 1. */
async function measureAll(chosen, launch, { rounds, seconds }) {
  const results = new Map(chosen.map((scenario) => [scenario, []]));
  for (let round = 0; round < rounds; round++) {
    // Who begins changes, so that a drift of the machine favours nobody.
    const order = round % 2 === 0 ? ['builtin', 'ferronet'] : ['ferronet', 'builtin'];
    for (const scenario of chosen) {
      process.stdout.write(`round ${round + 1}/${rounds}  ${scenario.name} … `);
      try {
        const result = {};
        for (const implementation of order) {
          result[implementation] = await measure(scenario, implementation, launch, seconds);
        }
        results.get(scenario).push(result);
        console.log(`${(result.ferronet.value / result.builtin.value).toFixed(2)}x`);
      } catch (error) {
        process.exitCode = 1;
        console.log(`FAILED: ${error.message}`);
      }
    }
  }
  return results;
}

async function main() {
  const wanted = options();
  const chosen = scenarios.filter(({ name }) => wanted.only.test(name));
  if (wanted.help) return console.log(usage);
  if (wanted.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  if (process.platform !== 'linux')
    throw new Error('The load generator (epoll, sendmmsg) runs on Linux only.');
  if (chosen.length === 0) throw new Error('--only matches no scenario; --list names them.');

  const load = generator.build();
  const unpinned = whyUnpinned();
  const nodeVersion = execFileSync(wanted.node, ['--version'], { encoding: 'utf8' }).trim();
  const placement = unpinned
    ? `NOT pinned, because ${unpinned}`
    : `load on core ${LOAD_CORE}, program on core ${PROGRAM_CORE}`;
  console.log(
    `Node ${nodeVersion}, Linux ${os.release()}, ${os.cpus()[0]?.model ?? os.arch()}; ${placement}`,
  );
  console.log(`${chosen.length} scenarios, ${wanted.rounds} rounds of ${wanted.seconds} s each\n`);

  const launch = launcher({ ...wanted, pinned: unpinned === null, load });
  const results = await measureAll(chosen, launch, wanted);
  const summaries = [...results]
    .filter(([, rounds]) => rounds.length > 0)
    .map(([scenario, rounds]) => summarize(scenario, rounds));
  if (summaries.length > 0) console.log(`\n${table(summaries)}`);
  console.log(`\n${verdict(summaries)}`);
  if (wanted.json) {
    const record = { node: nodeVersion, kernel: os.release(), placement, seconds: wanted.seconds, summaries };
    fs.writeFileSync(wanted.json, `${JSON.stringify(record, null, 2)}\n`);
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
