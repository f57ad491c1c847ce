'use strict';
// npm run test:panics [-- REGEX]: builds the core with panics planted into every kind of work (proofs/panics), into
// target/panics, and has each of them happen in a process of its own, with both waiters: the socket whose work it was gets
// 'error' and 'close', the others work on, the process ends by itself with its own exit code.
// Then it shows that this is seen: with a core that catches no panic some of the same processes fail.
// The last line says how many passed and failed.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { edits } = require('../proofs/panics/points.js');
const { withEdits } = require('./planted.js');

const root = path.join(__dirname, '..');
const program = path.join(root, 'proofs', 'panics', 'program.js');
const folder = path.join(root, 'target', 'panics');
const core = path.join(folder, 'ferronet.node');

/** In ms; the program takes a fraction of a second. */
const TIMEOUT = 10_000;

const WAITERS = process.platform === 'linux' ? ['nested', 'follower'] : ['follower'];

/** One case of each way to catch a panic. */
const BARE = [
  'stream: read',
  'server: accept',
  "outside: libuv's call",
  'outside: a finalizer of a UDP socket',
];

const LIBRARY = { linux: 'libferronet.so', darwin: 'libferronet.dylib', win32: 'ferronet.dll' };

function build() {
  const env = {
    ...process.env,
    CARGO_TARGET_DIR: folder,
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  };
  withEdits(edits, (cwd) => {
    const { status } = spawnSync('cargo', ['build', '--release', '--locked'], { cwd, env, stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  });
  fs.copyFileSync(path.join(folder, 'release', LIBRARY[process.platform]), core);
}

/** What went wrong, or nothing. */
function complaint({ status, signal, stderr, error }, exitCode) {
  if (error) return error.message;
  const panics = stderr.match(/planted: /g)?.length ?? 0;
  if (signal) return `ended by ${signal}: ${stderr}`;
  if (status !== exitCode) return `ended with ${status}: ${stderr}`;
  return panics === 1 ? undefined : `${panics} panics: ${stderr}`;
}

function run(name, waiter, ...more) {
  const env = { ...process.env, RUST_BACKTRACE: '0', FERRONET_NATIVE: core, FERRONET_WAITER: waiter };
  return spawnSync(process.execPath, ['--expose-gc', program, name, ...more], {
    env,
    encoding: 'utf8',
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
}

function main() {
  build();
  process.env.FERRONET_NATIVE = core;
  const { cases } = require('../proofs/panics/cases.js');
  const { EXIT_CODE } = require('../proofs/panics/program.js');
  const only = new RegExp(process.argv[2] ?? '');
  let [passed, failed] = [0, 0];
  const tell = (name, waiter, problem) => {
    console.log(`${problem ? 'FAIL' : 'ok  '} ${waiter} | ${name}${problem ? `: ${problem}` : ''}`);
    if (problem) failed++;
    else passed++;
  };
  for (const waiter of WAITERS) {
    for (const [name, { waiters }] of Object.entries(cases)) {
      if (!waiters.includes(waiter) || !only.test(name)) continue;
      tell(name, waiter, complaint(run(name, waiter), EXIT_CODE));
    }
  }
  for (const name of BARE.filter((name) => only.test(name) && cases[name].waiters.includes(WAITERS[0]))) {
    const noticed = complaint(run(name, WAITERS[0], 'bare'), EXIT_CODE);
    tell(`${name}, when nothing is caught: noticed`, WAITERS[0], noticed ? undefined : 'it was not');
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
