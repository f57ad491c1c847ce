'use strict';
// The benchmark as users of the installed package have it: npx ferronet bench. That it works, not how fast anything is.

const fs = require('node:fs');
const path = require('node:path');
const test = require('ava').default;
const { runNode } = require('../helpers/children.js');
const { createProject, installTarballs, pack, run, temporaryFolder } = require('./projects.js');

const folder = temporaryFolder(test);
const TIMEOUT = 300_000;
const SHORT = ['--rounds', '1', '--seconds', '0.2', '--just'];

/** The command of the installed package, from its project. */
const command = path.join('node_modules', 'ferronet', 'bin', 'ferronet.js');

/** A scenario for each command of the load. */
const SCENARIOS = [
  'TCP ping-pong 64 B, p50',
  'TCP echo 64 B, 50 connections',
  'TCP echo 64 B, 50 connections, clients awake',
  'TCP echo 64 B, 5,000/s',
  'TCP sink',
  'TCP source',
  'TCP relay',
  'TCP accept and close',
  'HTTP/1.1 requests, 50 connections',
  'UDP ping-pong 64 B, p50',
  'UDP send bursts 64 B',
  'UDP send one at a time 64 B',
  'UDP receive 64 B, GSO sender',
  'UDP receive 64 B, plain sender',
  'UDP receive 64 B, 100,000/s',
];
const IDLE = 'Wake-ups with 1,000 idle connections';

let project;

test.before(async () => {
  const { main, platform } = await pack(folder);
  project = createProject(folder, 'bench');
  await installTarballs(project, main, platform);
});

/** Runs the benchmark: { code, stdout, stderr }. */
function bench(...args) {
  return runNode([command, 'bench', ...args], { cwd: project, timeout: TIMEOUT });
}

const exactly = (names) => `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$`;

test('each scenario that this system can have gives figures of the built-in and of ferronet', async (t) => {
  t.timeout(TIMEOUT);
  const json = path.join(folder, 'figures.json');
  const names = [...SCENARIOS, IDLE];
  const { code, stdout, stderr } = await bench(...SHORT, '--only', exactly(names), '--json', json);
  t.is(stderr, '');
  t.is(code, 0, stdout);
  t.regex(stdout, /^the load: a Node program on ferronet, which can be the limit/m);

  const { load, runs } = JSON.parse(fs.readFileSync(json, 'utf8'));
  t.is(load, 'node');
  const [{ summaries }] = runs;
  const leftOut = [...stdout.matchAll(/^left out: (.*) \(.*\)$/gm)].map(([, name]) => name);
  t.deepEqual([...summaries.map(({ name }) => name), ...leftOut].sort(), names.sort());
  if (process.platform === 'linux') t.false(leftOut.some((name) => name.startsWith('TCP')));
  for (const { name, results } of summaries) {
    t.deepEqual(Object.keys(results), ['builtin', 'ferronet']);
    for (const { value, cpu } of Object.values(results)) {
      t.true(name === IDLE ? value.median >= 0 : value.median > 0, `${name}: ${value.median}`);
      t.true(name === IDLE ? cpu.median >= 0 : cpu.median > 0, `${name}: ${cpu.median} µs`);
    }
    const row = stdout.split('\n').find((line) => line.startsWith(`| ${name} `));
    t.regex(row ?? '', /\| [\d,.]+ \([\d,.]+–[\d,.]+\) +\| [\d,.]+ \([\d,.]+–[\d,.]+\) +\| [\d.]+x /, name);
  }
  t.regex(stdout, /^ferronet is (ahead everywhere|not ahead here)/m);
});

test('npx finds the command, and passes its exit code on', async (t) => {
  const { code, output } = await run('npx', ['--no-install', 'ferronet', 'bench', '--list'], project);
  t.is(code, 0, output);
  for (const name of [...SCENARIOS, IDLE]) t.true(output.includes(`${name}\n`), name);
  t.is((await run('npx', ['--no-install', 'ferronet', 'bench', '--rounds', '0'], project)).code, 9);
});

test('what is no option is named, with the exit code that node has for it', async (t) => {
  for (const [args, complaint] of [
    [['--fast'], /--fast.*--help/],
    [['--rounds', '1.5'], /--rounds is a whole number/],
    [['--seconds', 'x'], /--seconds is a number/],
    [['--only', 'no such scenario'], /--only matches no scenario/],
    [['--load', 'wind'], /--load is one of/],
    [['--vs', 'perl'], /--vs knows bun and deno/],
  ]) {
    const { code, stdout, stderr } = await bench(...args);
    t.regex(stderr, complaint);
    t.is(stdout, '');
    t.is(code, 9);
  }
});

test('the native load, which is not in the package, cannot be asked for', async (t) => {
  const { code, stderr } = await bench('--load', 'native');
  t.regex(stderr, /^There is no native load: /);
  t.is(code, 1);
});

test('under ferronet/register there is no built-in to compare with', async (t) => {
  const { code, stderr } = await runNode(['-r', 'ferronet/register', command, 'bench'], { cwd: project });
  t.regex(stderr, /^There is no built-in to compare with/);
  t.is(code, 1);
});

test('a program that fails is quoted, and the exit code tells', async (t) => {
  const broken = path.join(folder, 'broken');
  fs.cpSync(project, broken, { recursive: true });
  const programs = path.join(broken, 'node_modules', 'ferronet', 'bench', 'programs');
  fs.writeFileSync(path.join(programs, 'tcp-sink.js'), "throw new Error('broken by a test');\n");
  const { code, stdout } = await runNode([command, 'bench', ...SHORT, '--only', 'sink'], { cwd: broken });
  t.regex(stdout, /FAILED: builtin: tcp-sink\.js ended without a result[\s\S]*Error: broken by a test/);
  t.regex(stdout, /^Nothing was measured\.$/m);
  t.is(code, 1);
});
