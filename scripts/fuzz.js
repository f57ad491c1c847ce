'use strict';
// npm run test:fuzz [seconds [targets]]: runs each fuzz target (fuzz/fuzz_targets) for some seconds (10), with
// AddressSanitizer, overflow checks and libFuzzer's coverage. What it found interesting stays in target/fuzz/corpus and
// is where the next run begins. Needs a C++ compiler (libFuzzer); `cargo fuzz run NAME` does the same where cargo-fuzz
// is installed.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const at = (...parts) => path.join(root, 'target', 'fuzz', ...parts);
const target = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' }[process.arch];

/** What cargo-fuzz passes to the compiler: edges, comparisons and stack depth for libFuzzer to see. */
const COVERAGE = [
  'passes=sancov-module',
  'llvm-args=-sanitizer-coverage-level=4',
  'llvm-args=-sanitizer-coverage-inline-8bit-counters',
  'llvm-args=-sanitizer-coverage-pc-table',
  'llvm-args=-sanitizer-coverage-trace-compares',
];

function build() {
  const env = {
    ...process.env,
    // The stable compiler takes -Zsanitizer by this.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: ['--cfg fuzzing', '-Zsanitizer=address', ...COVERAGE.map((flag) => `-C${flag}`)].join(' '),
    CARGO_TARGET_DIR: at(),
  };
  const args = ['build', '--release', '--locked', '--target', target, '--manifest-path', 'fuzz/Cargo.toml'];
  return spawnSync('cargo', args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

const names = () =>
  fs.readdirSync(path.join(root, 'fuzz', 'fuzz_targets')).map((file) => path.basename(file, '.rs'));

/** Runs a target; what makes it fail is kept in target/fuzz/artifacts. */
function fuzz(name, seconds) {
  for (const folder of ['corpus', 'artifacts']) fs.mkdirSync(at(folder, name), { recursive: true });
  const args = [
    at('corpus', name),
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${at('artifacts', name)}${path.sep}`,
    '-timeout=10',
    '-print_final_stats=1',
  ];
  const { status, stderr } = spawnSync(at(target, 'release', name), args, { encoding: 'utf8' });
  const runs = /number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0;
  const passed = status === 0 && runs > 0;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}: ${runs} inputs`);
  if (!passed) console.log(stderr);
  return passed;
}

function main() {
  if (process.platform !== 'linux' || !target || !build()) process.exit(1);
  const [seconds = '10', ...chosen] = process.argv.slice(2);
  const results = (chosen.length > 0 ? chosen : names()).map((name) => fuzz(name, seconds));
  const passed = results.filter(Boolean).length;
  console.log(`${passed} passed, ${results.length - passed} failed`);
  process.exitCode = passed === results.length ? 0 : 1;
}

main();
