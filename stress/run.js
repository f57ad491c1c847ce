'use strict';
// npm run test:stress: every scenario on the built-in and on ferronet, a line for each with its figures.

const path = require('node:path');
const { parseArgs } = require('node:util');
const { patience } = require('../__test__/helpers/children.js');
const { families } = require('./families.js');
const { compareRuns } = require('./verdict.js');
const { watch } = require('./watch.js');

const usage = `npm run test:stress -- [options]
  --scale N      how much of everything; 10 is the full measure (1)
  --seed N       what the random choices are made from (1)
  --only REGEX   only scenarios whose family or name matches
  --node PATH    the Node that runs the programs (this one)
  --no-bounds    what a core for other checks (AddressSanitizer) can keep: no bounds on memory and time
  --self-test    plants a fault into each scenario, which must report it
  --list         names the scenarios`;

/** A scenario may take this long, and as much again per unit of scale; in ms. */
const TIMEOUT = 60_000;
/** With a fault that makes it hang. */
const FAULT_TIMEOUT = 15_000;

function readOptions() {
  const { values } = parseArgs({
    options: {
      scale: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      node: { type: 'string', default: process.execPath },
      'no-bounds': { type: 'boolean', default: false },
      'self-test': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [scale, seed] = [Number(values.scale), Number(values.seed)];
  if (!(scale > 0 && scale <= 100)) throw new Error('--scale is a number up to 100');
  if (!Number.isInteger(seed)) throw new Error('--seed is a whole number');
  return { ...values, scale, seed, only: new RegExp(values.only, 'i') };
}

/** Every scenario that was asked for, with its family. */
const chosen = (only) =>
  Object.entries(families).flatMap(([family, scenarios]) =>
    Object.entries(scenarios)
      .filter(([name]) => only.test(`${family}: ${name}`))
      .map(([name, scenario]) => ({ family, name, scenario })),
  );

/** Runs a scenario's program on one implementation, in the surroundings that it prepares. */
async function runOn(implementation, entry, options) {
  const surroundings = entry.scenario.prepare?.();
  await surroundings?.ready;
  try {
    return await runProgram(implementation, entry, options);
  } finally {
    await surroundings?.end();
  }
}

function runProgram(implementation, { family, name, scenario }, { node, scale, seed, fault }) {
  const program = path.join(__dirname, 'program.js');
  const [least, most] = scenario.scales ?? [0, Infinity];
  const given = { scale: Math.min(most, Math.max(least, scale)), seed, fault };
  const argv = [
    node,
    ...(scenario.flags ?? []),
    program,
    implementation,
    family,
    name,
    JSON.stringify(given),
  ];
  return watch(scenario.wrap ? scenario.wrap(argv) : argv, {
    timeout: fault ? FAULT_TIMEOUT : TIMEOUT * (1 + scale) * patience,
    startPeer: (role, options) => [
      process.execPath,
      program,
      'peer',
      family,
      name,
      JSON.stringify({ role, options }),
    ],
  });
}

const label = ({ family, name }) => `${family}: ${name}`;

/** Runs a scenario on both, again if it may and did not pass. */
async function attempt(entry, options) {
  let result;
  for (let left = entry.scenario.attempts ?? 1; left > 0; left--) {
    const builtin = await runOn('built-in', entry, options);
    const ours = await runOn('ferronet', entry, options);
    result = compareRuns(entry.scenario, { ours, builtin }, { bounds: !options['no-bounds'] });
    if (result.complaints.length === 0) break;
  }
  return result;
}

async function runAll(entries, options) {
  let [passed, failed] = [0, 0];
  for (const entry of entries) {
    const reason = entry.scenario.missing?.();
    if (reason) {
      console.log(`skip ${label(entry)}: ${reason}`);
      continue;
    }
    const { complaints, line } = await attempt(entry, options);
    console.log(`${complaints.length === 0 ? 'ok  ' : 'FAIL'} ${label(entry)} | ${line}`);
    for (const complaint of complaints) console.log(`       ${complaint}`);
    if (complaints.length === 0) passed++;
    else failed++;
  }
  return { passed, failed };
}

/** With its fault planted a scenario must complain. */
async function selfTest(entries, options) {
  let [passed, failed] = [0, 0];
  for (const entry of entries) {
    if (entry.scenario.missing?.()) continue;
    const builtin = await runOn('built-in', entry, options);
    for (const fault of entry.scenario.faults) {
      const ours = await runOn('ferronet', entry, { ...options, fault });
      const { complaints } = compareRuns(entry.scenario, { ours, builtin });
      // One that complains of the built-in does not work at all.
      const found = complaints.length > 0 && !complaints[0].startsWith('built-in');
      console.log(`${found ? 'ok  ' : 'FAIL'} ${label(entry)} | ${fault}: ${complaints[0] ?? 'not noticed'}`);
      if (found) passed++;
      else failed++;
    }
  }
  return { passed, failed };
}

async function main() {
  const options = readOptions();
  const entries = chosen(options.only);
  if (options.help) return console.log(usage);
  if (options.list) return console.log(entries.map(label).join('\n'));
  if (process.platform !== 'linux') return console.log('needs /proc\n0 passed, 0 failed');
  const { passed, failed } = await (options['self-test'] ? selfTest : runAll)(entries, options);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
