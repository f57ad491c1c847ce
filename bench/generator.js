'use strict';
// The load generator (bench/load): built here on the first run, and when its sources are newer.

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

/** The path of the load generator. */
function build() {
  if (isBuilt()) return binary;
  console.log('Building the load generator (bench/load), some seconds …');
  const manifest = path.join(directory, 'Cargo.toml');
  const args = ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', target];
  const { status, error } = spawnSync('cargo', args, { stdio: 'inherit' });
  if (error) throw new Error(`The benchmark needs cargo (https://rustup.rs): ${error.message}`);
  if (status !== 0) throw new Error('The load generator was not built; cargo says why above.');
  // Cargo leaves the file as it is when only times changed.
  const now = new Date();
  fs.utimesSync(binary, now, now);
  return binary;
}

module.exports = { build };
