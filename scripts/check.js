'use strict';
// The house's checks that are no tests: formatting, lints, types, and the layers of ARCHITECTURE.md.
// Prints one line per check; exports runChecks() for scripts/test.js.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

function command(name, file, args) {
  return {
    name,
    run() {
      const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, encoding: 'utf8' });
      if (status === 0) return null;
      return error ? error.message : `${stdout}${stderr}`;
    },
  };
}

function filesUnder(folder, extension) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true })
    .map((file) => path.join(folder, file))
    .filter((file) => file.endsWith(extension));
}

const withoutComments = (text) => text.replace(/\/\/.*$/gm, '');

/** Something that may stand in one place only. */
function absence(name, files, pattern, allowed) {
  return {
    name,
    run() {
      const found = [];
      for (const file of files()) {
        if (allowed(file.split(path.sep).join('/'))) continue;
        const text = withoutComments(fs.readFileSync(path.join(root, file), 'utf8'));
        for (const [line, content] of text.split('\n').entries()) {
          if (pattern.test(content)) found.push(`${file}:${line + 1}: ${content.trim()}`);
        }
      }
      return found.length === 0 ? null : found.join('\n');
    },
  };
}

const rust = () => filesUnder('src', '.rs');
const javascript = () => [...filesUnder('lib', '.js'), 'index.js', ...filesUnder('esm', '.mjs')];

/** Every export to JavaScript turns a panic into an exception. */
const panicsAreCaught = {
  name: 'layers: every #[napi] function catches panics',
  run() {
    const bad = [];
    for (const file of filesUnder(path.join('src', 'bridge'), '.rs')) {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      const pattern = /#\[napi(?:\(([^)]*)\))?\]\s*(?:#\[[^\]]*\][^\n]*\s*)*pub (?:async )?fn (\w+)/g;
      for (const [, options = '', name] of text.matchAll(pattern)) {
        if (!options.includes('catch_unwind')) bad.push(`${file}: ${name}`);
      }
    }
    return bad.length === 0 ? null : bad.join('\n');
  },
};

/** What C calls, by itself or as a finalizer, cannot tell of a panic: it ends inside. */
const panicsAreContained = {
  name: 'layers: every extern "C" function and every Drop of the bridge contains panics',
  run() {
    const bad = [];
    for (const file of rust()) {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      const bridge = file.startsWith(path.join('src', 'bridge'));
      const pattern = bridge
        ? /^(?:unsafe extern "C" fn|impl(?:<[^>]*>)? Drop for) (\w+)[\s\S]*?^}/gm
        : /^unsafe extern "C" fn (\w+)[\s\S]*?^}/gm;
      for (const [body, name] of text.matchAll(pattern)) {
        if (!/\b(contain|caught)\(/.test(body)) bad.push(`${file}: ${name}`);
      }
    }
    return bad.length === 0 ? null : bad.join('\n');
  },
};

/** What napi-rs has no safe or no cheap way to: each says which. */
const WITH_UNSAFE = ['src/bridge/loop_wake.rs', 'src/bridge/numbers.rs'];

const layers = [
  absence('layers: napi only in src/bridge', rust, /\bnapi(_derive|_sys)?\b/, (file) =>
    file.startsWith('src/bridge/'),
  ),
  absence(
    'layers: unsafe only in src/sys, and where libuv and Node call back',
    rust,
    /\bunsafe\b/,
    (file) => file.startsWith('src/sys/') || WITH_UNSAFE.includes(file),
  ),
  absence('layers: target_os only in src/sys', rust, /target_os|cfg\((unix|windows|not)/, (file) =>
    file.startsWith('src/sys/'),
  ),
  absence('layers: libc outside src/sys is constants only', rust, /libc::[a-z_]+\(/, (file) =>
    file.startsWith('src/sys/'),
  ),
  absence(
    'layers: errors are constructed in lib/errors.js only',
    javascript,
    /new (Type|Range|Aggregate)?Error\(/,
    (file) => file === 'lib/errors.js',
  ),
  absence(
    'layers: .node is required in lib/binding.js only',
    javascript,
    /\.node['"`]/,
    (file) => file === 'lib/binding.js',
  ),
  panicsAreCaught,
  panicsAreContained,
];

/** A file that is longer has two subjects. */
const MAX_LINES = 400;

const sizes = {
  name: `sizes: no file over ${MAX_LINES} lines`,
  run() {
    const lines = (file) => fs.readFileSync(path.join(root, file), 'utf8').split('\n').length - 1;
    const long = [...rust(), ...javascript()].filter((file) => lines(file) > MAX_LINES);
    return long.length === 0 ? null : long.map((file) => `${file}: ${lines(file)}`).join('\n');
  },
};

const bin = (name) => path.join(root, 'node_modules', '.bin', name);

const clippy = (...options) => ['clippy', '--release', '--quiet', ...options, '--', '-D', 'warnings'];

/** Windows code is checked without a linker, where `rustup target add` has been told of it. */
const WINDOWS = 'x86_64-pc-windows-msvc';
const { stdout: targets } = spawnSync('rustup', ['target', 'list', '--installed'], { encoding: 'utf8' });
const elsewhere = targets?.includes(WINDOWS)
  ? [command(`clippy for ${WINDOWS}`, 'cargo', clippy('--target', WINDOWS))]
  : [];

const checks = [
  command('rustfmt', 'cargo', ['fmt', '--check']),
  command('clippy', 'cargo', clippy('--all-targets')),
  ...elsewhere,
  command('biome', bin('biome'), ['check', '--error-on-warnings', '.']),
  command('types', bin('tsc'), ['--project', 'tsconfig.json']),
  ...layers,
  sizes,
];

/** Runs all checks; resolves with the counts. */
function runChecks() {
  let failed = 0;
  for (const { name, run } of checks) {
    const problem = run();
    console.log(`${problem === null ? 'ok  ' : 'FAIL'} ${name}`);
    if (problem !== null) {
      failed++;
      console.log(problem);
    }
  }
  return { passed: checks.length - failed, failed };
}

if (require.main === module) process.exitCode = runChecks().failed > 0 ? 1 : 0;

module.exports = { runChecks };
