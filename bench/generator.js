'use strict';
// The load generator: the native one (bench/load), built here on the first run and when its sources are newer, or the
// one in JavaScript (bench/clients), for those who have the package alone.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const directory = path.join(__dirname, 'load');
/** Among the package's own build output, where no linter looks. */
const target = path.join(__dirname, '..', 'target', 'bench-load');
const binary = path.join(target, 'release', 'ferronet-bench-load');

function isBuilt() {
  if (!fs.existsSync(binary)) return false;
  const built = fs.statSync(binary).mtimeMs;
  const names = fs.readdirSync(path.join(directory, 'src'), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.rs')).map((name) => path.join('src', name));
  return ['Cargo.toml', 'Cargo.lock', ...sources].every(
    (name) => fs.statSync(path.join(directory, name)).mtimeMs <= built,
  );
}

/** Why there can be no native load here, or null. */
function whyNotNative() {
  if (process.platform !== 'linux') return 'it runs on Linux only (epoll, sendmmsg)';
  if (!fs.existsSync(path.join(directory, 'Cargo.toml'))) return 'its sources are in a checkout only';
  if (isBuilt()) return null;
  const { error } = spawnSync('cargo', ['--version'], { stdio: 'ignore' });
  return error ? `it is built with cargo (https://rustup.rs): ${error.message}` : null;
}

/** The path of the native load generator. */
function build() {
  const reason = whyNotNative();
  if (reason) throw new Error(`There is no native load: ${reason}`);
  if (isBuilt()) return binary;
  console.log('Building the load generator (bench/load), some seconds …');
  const manifest = path.join(directory, 'Cargo.toml');
  const args = ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', target];
  const { status } = spawnSync('cargo', args, { stdio: 'inherit' });
  if (status !== 0) throw new Error('The load generator was not built; cargo says why above.');
  // Cargo leaves the file as it is when only times changed.
  const now = new Date();
  fs.utimesSync(binary, now, now);
  return binary;
}

/** By kind: a function that gives the file to run, its first arguments, and what a reader has to know. */
const kinds = {
  native: () => ({ file: build(), args: [], text: 'native' }),
  node: () => ({
    file: process.execPath,
    args: [path.join(__dirname, 'clients', 'main.js')],
    text: 'a Node program on ferronet, which can be the limit: then rates are equal and CPU per message tells the difference',
  }),
};

/** The load of a kind, or the best there is: { kind, file, args, text }. */
function choose(kind = whyNotNative() ? 'node' : 'native') {
  return { kind, ...kinds[kind]() };
}

module.exports = { build, choose };
