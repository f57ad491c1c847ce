'use strict';
// The only require of a .node: the core built in this checkout, else the platform's package. A file named by the
// environment variable FERRONET_NATIVE comes first (a core built with other features, for tests).

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { bindingError } = require('./errors.js');
const { version } = require('../package.json');

/** Bundlers follow `require` and would look for the core when they bundle; this one asks where the program runs. */
const requireCore = createRequire(__filename);

/** The name that napi-rs gives the platform: linux-x64-gnu, darwin-arm64, win32-x64-msvc. */
function target() {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return `${base}-msvc`;
  if (process.platform !== 'linux') return base;
  return `${base}-${usesMusl() ? 'musl' : 'gnu'}`;
}

/** Alpine and the like: their dynamic loader is there and the process report names no glibc. */
function usesMusl() {
  const loader = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
  if (!loader || !mayBeThere(`/lib/ld-musl-${loader}.so.1`)) return false;
  return !process.report?.getReport().header.glibcVersionRuntime;
}

/** Under --permission a file that is out of bounds may be there or not. */
function mayBeThere(file) {
  try {
    return fs.existsSync(file);
  } catch {
    return true;
  }
}

function load() {
  const name = target();
  const file = process.env.FERRONET_NATIVE ?? path.join(__dirname, '..', 'native', `ferronet.${name}.node`);
  const tried = [];
  for (const candidate of [file, `ferronet-${name}`]) {
    try {
      const binding = requireCore(candidate);
      binding.file = requireCore.resolve(candidate);
      return binding;
    } catch (error) {
      tried.push(error);
    }
  }
  const missing = tried.every((error) => error.code === 'MODULE_NOT_FOUND');
  const advice = missing
    ? `The package "ferronet-${name}" is not installed. Install it with "npm install ferronet-${name}@${version}" ` +
      '(npm leaves it out under --no-optional or --omit=optional, or when node_modules came from another ' +
      'platform), or build it from source with "npm run build" in a checkout.'
    : tried.map((error) => error.message).join('\n');
  throw bindingError(`ferronet has no native core for ${name}. ${advice}`, tried[0]);
}

const binding = load();

if (binding.version() !== version) {
  throw bindingError(
    `ferronet ${version} found a native core of version ${binding.version()}; install the same version of both.`,
  );
}

module.exports = binding;
