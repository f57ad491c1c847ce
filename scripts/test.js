'use strict';
// npm test: the house's checks, cargo's tests, and ava's. The last line says how many passed and failed.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { runChecks } = require('./check.js');

const root = path.join(__dirname, '..');
const SHOWN_LINES = 60;

/** Runs a test command, shows what it prints, and resolves with its output and exit code. */
function show(file, args, env = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
    const child = spawn(file, args, options);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

const sum = (output, pattern) =>
  [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);

/** A command that fails without naming a failed test has failed once; its last lines say what. */
function totals({ code, output }, passedPattern, failedPattern) {
  const passed = sum(output, passedPattern);
  const failed = sum(output, failedPattern);
  const last = code === 0 ? '' : output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, last };
}

async function runCargo() {
  return totals(await show('cargo', ['test', '--release', '--quiet']), /(\d+) passed/g, /(\d+) failed/g);
}

async function runAva(files, env) {
  const ava = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const run = await show(process.execPath, [ava, ...files], env);
  const failures = /^\s*(\d+) (?:tests? failed|uncaught exceptions?|unhandled rejections?)/gm;
  // Where a test has failed ava does not count those that passed.
  return { ...totals(run, /^$/gm, failures), passed: run.output.match(/^ +✔ /gm)?.length ?? 0 };
}

/** The short form of npm run test:stress. */
async function runStress() {
  const args = [path.join(root, 'stress', 'run.js'), '--scale', '0.2'];
  return totals(await show(process.execPath, args), /^(\d+) passed/gm, /^\d+ passed, (\d+) failed/gm);
}

async function main() {
  // The totals are read from text without colours.
  delete process.env.FORCE_COLOR;
  const results = [runChecks(), await runCargo(), await runAva([])];
  if (process.platform === 'linux') {
    // The other waiter, which every other system has (ARCHITECTURE.md, "Who waits for the driver").
    console.log('The same by the follower: FERRONET_WAITER=follower');
    results.push(await runAva(['__test__/{net,dgram,lifetime}/*.test.js'], { FERRONET_WAITER: 'follower' }));
  }
  results.push(await runStress());
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed, 0);
  for (const { last } of results) {
    if (last) {
      console.log(`\nOf what failed, once more:\n${last}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
