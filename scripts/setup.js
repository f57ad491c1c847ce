'use strict';
// Makes a checkout ready: dependencies and the native core, each only when it is missing or out of date.

const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const at = (...parts) => path.join(root, ...parts);

function run(what, command, args) {
  console.log(`ferronet: ${what} (${[command, ...args].join(' ')})`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`ferronet: ${what} failed${error ? `: ${error.message}` : ''}`);
  process.exit(status ?? 1);
}

/** A hash of the files' contents, so that a fresh checkout of the same sources needs no build. */
function fingerprint(files) {
  const hash = crypto.createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(at(file)))
      .update('\0');
  return hash.digest('hex');
}

function nativeSources() {
  const sources = fs
    .readdirSync(at('src'), { recursive: true })
    .map((file) => path.join('src', file))
    .filter((file) => file.endsWith('.rs'));
  return ['Cargo.toml', 'Cargo.lock', 'build.rs', ...sources.sort()];
}

/** Runs `make` unless the stamp says that it ran for these files already. */
function unlessMade(stamp, files, made, make) {
  const wanted = fingerprint(files);
  if (made() && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  make();
  fs.writeFileSync(stamp, wanted);
}

const hasNative = () =>
  fs.existsSync(at('native')) && fs.readdirSync(at('native')).some((f) => f.endsWith('.node'));

unlessMade(
  at('node_modules', '.ferronet-stamp'),
  ['package.json', 'package-lock.json'],
  () => fs.existsSync(at('node_modules')),
  () => run('installing dependencies', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']),
);
unlessMade(at('native', '.stamp'), nativeSources(), hasNative, () =>
  run('building the native core, release mode; the first time takes a minute or two', 'npm', [
    'run',
    'build',
  ]),
);
