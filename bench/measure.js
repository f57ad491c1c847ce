'use strict';
// One run of a scenario by an implementation, and all rounds of all of them.

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout } = require('node:timers/promises');
const { Child, complaints, killAll } = require('./children.js');

const LOAD_CORE = 0;
const PROGRAM_CORE = 1;
/** Milliseconds until a program whose connections are quiet has settled. */
const SETTLING = 1_000;

/** Starts the two processes of one run. */
function launcher(scenario, implementation, context) {
  const { seconds, pinned } = context;
  const on = (core) => (pinned && !scenario.unpinned ? core : null);
  return {
    load(options = {}) {
      const words = Object.entries({ ...options, seconds }).flatMap(([name, value]) => [`--${name}`, value]);
      const args = [...context.load.args, ...scenario.load, ...words].map(String);
      return new Child('the load', context.load.file, args, { core: on(LOAD_CORE), seconds });
    },
    program(target = {}) {
      const [command, args] = implementation.command(scenario, target, context);
      const options = { core: on(PROGRAM_CORE), seconds, env: implementation.env };
      return new Child(scenario.program.file, command, args.map(String), options);
    },
  };
}

/** Context switches that a process asked for, and its CPU time, over all its threads (proc(5)). */
function activity(pid) {
  const folder = `/proc/${pid}/task`;
  let wakeups = 0;
  let nanoseconds = 0;
  for (const thread of fs.readdirSync(folder)) {
    const read = (file) => fs.readFileSync(path.join(folder, thread, file), 'utf8');
    wakeups += Number(read('status').match(/^voluntary_ctxt_switches:\s+(\d+)$/m)[1]);
    nanoseconds += Number(read('schedstat').split(' ')[0]);
  }
  return { wakeups, cpuMicros: nanoseconds / 1_000 };
}

/** A program whose connections the load holds; gives [program, load]. */
async function hold(launch) {
  const program = launch.program();
  const { port } = await program.read();
  const load = launch.load({ port });
  await load.read();
  await setTimeout(SETTLING);
  return [program, load];
}

const runs = {
  /** The program listens, the load comes. */
  async served(launch) {
    const program = launch.program();
    const { port } = await program.read();
    const load = await launch.load({ port }).read();
    program.end();
    return { program: await program.read(), load };
  },

  /** The load listens, the program sends. */
  async sent(launch, { size }, { seconds }) {
    const load = launch.load();
    const { port } = await load.read();
    return { program: await launch.program({ port, size, seconds }).read(), load: await load.read() };
  },

  /** The program is between the two ends of the load. */
  async relayed(launch) {
    const load = launch.load();
    const { port: source } = await load.read();
    const program = launch.program({ port: source });
    const { port } = await program.read();
    load.write(`${port}\n`);
    const figures = await load.read();
    program.end();
    return { program: await program.read(), load: figures };
  },

  /** The load holds connections, and the program says what they cost. */
  async held(launch) {
    const [program, load] = await hold(launch);
    program.end();
    const figures = await program.read();
    load.end();
    return { program: figures, load: await load.read() };
  },

  /** The load holds connections, and the program is watched from outside. */
  async watched(launch, _scenario, { seconds }) {
    const [program, load] = await hold(launch);
    const before = activity(program.pid);
    await setTimeout(seconds * 1_000);
    const after = activity(program.pid);
    load.end();
    const figures = {
      wakeups: after.wakeups - before.wakeups,
      cpuMicros: after.cpuMicros - before.cpuMicros,
      seconds,
    };
    return { program: figures, load: await load.read() };
  },
};

async function measure(scenario, name, context) {
  const longer = { ...context, seconds: context.seconds * (scenario.longer ?? 1) };
  try {
    const launch = launcher(scenario, context.implementations[name], longer);
    const { program, load } = await runs[scenario.kind](launch, scenario, longer);
    const { value, messages, sent, delivered } = scenario.read(program, load);
    const arrived = sent === undefined ? undefined : delivered / sent;
    return { value, cpu: program.cpuMicros / messages, arrived };
  } catch (error) {
    throw new Error([`${name}: ${error.message}`, ...complaints()].join('\n  '), { cause: error });
  } finally {
    killAll();
  }
}

/** Which implementations run a scenario: those it asks for, of those there are. */
function participants(scenario, { implementations, others }) {
  const wanted = ['builtin', 'ferronet', ...scenario.beside, ...others];
  return wanted.filter((name) => implementations[name]);
}

/** All rounds of all scenarios: scenario → finished rounds. What fails is said and makes the exit code 1. */
async function measureAll(chosen, context) {
  const results = new Map(chosen.map((scenario) => [scenario, []]));
  for (let round = 0; round < context.rounds; round++) {
    for (const [i, scenario] of chosen.entries()) {
      const names = participants(scenario, context);
      // Who begins changes, so that a drift of the machine favours nobody.
      if (round % 2 === 1) names.reverse();
      const place = `round ${round + 1}/${context.rounds}, scenario ${i + 1}/${chosen.length}`;
      process.stdout.write(`${place}  ${scenario.name} … `);
      try {
        const result = {};
        for (const name of names) result[name] = await measure(scenario, name, context);
        results.get(scenario).push(result);
        console.log(`${result.builtin.value.toFixed(1)} → ${result.ferronet.value.toFixed(1)}`);
      } catch (error) {
        process.exitCode = 1;
        console.log(`FAILED: ${error.message}`);
      }
    }
  }
  return results;
}

module.exports = { LOAD_CORE, PROGRAM_CORE, measureAll };
