'use strict';
// npm run test:asan [ava patterns]: builds the core with AddressSanitizer, into target/asan, and runs ava's tests and the short
// form of test:stress on it, or the tests that are named: reads and writes out of bounds, use after free, double free.
// Linux x64 and arm64 with gcc.
// First it shows that a planted use after free is seen.
//
// - RUSTC_BOOTSTRAP lets the stable compiler take -Zsanitizer; -Zexternal-clangrt leaves the run-time out of the
//   library, since it has to be the first thing in the process: gcc's is preloaded into Node.
// - detect_leaks=0: Node and V8 leave memory to the end of the process on purpose. Leaks are shown by
//   __test__/lifetime instead (memory and descriptors after many cycles).
// - What ASAN costs in memory and time makes the bounds of test:stress mean nothing: --no-bounds.
// - V8 makes its own stack and heap, in which ASAN has nothing to look at: only what the core does is checked.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { withEdits } = require('./planted.js');

const root = path.join(__dirname, '..');
const target = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' }[process.arch];
const SUITE = ['__test__/{net,dgram,lifetime,behaviour}/*.test.js'];

const FAULT = {
  name: 'a use after free',
  file: 'src/sys/unix.rs',
  from: 'pub fn guess_descriptor(fd: i32) -> DescriptorKind {',
  to: `pub fn guess_descriptor(fd: i32) -> DescriptorKind {
    let freed = Box::into_raw(Box::new(fd));
    let fd = unsafe {
        drop(Box::from_raw(freed));
        std::hint::black_box(*freed)
    };`,
};

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** gcc's run-time library. */
function runtime() {
  const { stdout, error } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const file = stdout?.trim();
  if (error || !path.isAbsolute(file))
    fail('AddressSanitizer needs gcc and its libasan (Debian: apt install gcc).');
  return fs.realpathSync(file);
}

/** Builds the core that lies in `folder` and gives its path, which bears `name`. */
function build(folder, name) {
  const env = {
    ...process.env,
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: '-Zsanitizer=address -Zexternal-clangrt -Cforce-frame-pointers=yes',
    // What runs at build time (macros, build scripts) is built for no target and so without the flags.
    CARGO_TARGET_DIR: path.join(root, 'target', 'asan'),
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
    CARGO_PROFILE_RELEASE_STRIP: 'none',
  };
  const cargo = (...args) => {
    const { status } = spawnSync('cargo', args, { cwd: folder, env, stdio: 'inherit' });
    if (status !== 0) fail('The build failed.');
  };
  // A copy and the checkout build to one file: cargo would take the one for the other.
  cargo('clean', '--release', '--target', target, '--package', 'ferronet');
  cargo('build', '--release', '--locked', '--target', target);
  const built = path.join(env.CARGO_TARGET_DIR, target, 'release', 'libferronet.so');
  const core = path.join(env.CARGO_TARGET_DIR, `${name}.node`);
  fs.copyFileSync(built, core);
  return core;
}

/** Runs Node with the core; every report of ASAN goes to a file of its own. */
function run(core, args, options) {
  const logs = fs.mkdtempSync(path.join(root, 'target', 'asan', 'reports-'));
  const asan = `detect_leaks=0:log_path=${path.join(logs, 'report')}:abort_on_error=0:exitcode=99`;
  const env = {
    ...process.env,
    LD_PRELOAD: runtime(),
    ASAN_OPTIONS: asan,
    FERRONET_NATIVE: core,
    FERRONET_TEST_PATIENCE: '5',
  };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, ...options });
  const reports = fs.readdirSync(logs).map((file) => fs.readFileSync(path.join(logs, file), 'utf8'));
  fs.rmSync(logs, { recursive: true });
  return { status, reports };
}

function main() {
  if (process.platform !== 'linux' || !target) fail('AddressSanitizer is set up for Linux on x64 and arm64.');
  const faulty = withEdits([FAULT], (copy) => build(copy, 'planted'));
  const planted = run(faulty, ['-e', "require('./lib/binding.js').guessHandleType(1)"]);
  if (!planted.reports.join('').includes('heap-use-after-free'))
    fail('The planted use after free was not seen: AddressSanitizer does not work here.');
  console.log('ok   the planted use after free is seen');

  const core = build(root, 'ferronet');
  const ava = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const stress = path.join(root, 'stress', 'run.js');
  const named = process.argv.slice(2);
  const tests = named.length > 0 ? named : SUITE;
  const results = [passes('ava', core, [ava, '--timeout=300s', '--concurrency=1', ...tests])];
  if (named.length === 0)
    results.push(passes('test:stress', core, [stress, '--scale', '0.2', '--no-bounds']));
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

/** Whether it ends well, and without a report. */
function passes(name, core, args) {
  const { status, reports } = run(core, args, { stdio: 'inherit' });
  for (const report of reports) console.error(report);
  console.log(`${name}: ${reports.length} reports of AddressSanitizer, exit code ${status}`);
  return status === 0 && reports.length === 0;
}

main();
