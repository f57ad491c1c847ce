'use strict';
// Test commands whose totals are read from what they print.

const { spawn } = require('node:child_process');
const path = require('node:path');

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

/** Runs ava on `files`, or on all tests: { passed, failed, last }. */
async function runAva(files, env) {
  const ava = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const run = await show(process.execPath, [ava, ...files], env);
  const failures = /^\s*(\d+) (?:tests? failed|uncaught exceptions?|unhandled rejections?)/gm;
  // Where a test has failed ava does not count those that passed.
  return { ...totals(run, /^$/gm, failures), passed: run.output.match(/^ +✔ /gm)?.length ?? 0 };
}

/** Says what failed, and the totals of all `results` in a last line; sets the exit code. */
function conclude(results) {
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed, 0);
  for (const { last } of results) {
    if (last) console.log(`\nOf what failed, once more:\n${last}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

module.exports = { conclude, runAva, show, totals };
