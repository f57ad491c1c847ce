'use strict';
// Where the integrations run: a temporary folder outside the checkout that has the libraries installed, and in it a
// folder of this run alone that has the packed ferronet and the programs.

const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createCertificate } = require('./certificate.js');
const { installTarballs, pack, run } = require('../__test__/package/projects.js');

const MANIFESTS = ['package.json', 'package-lock.json'];

function fingerprint() {
  const hash = crypto.createHash('sha256');
  for (const file of MANIFESTS) hash.update(fs.readFileSync(path.join(__dirname, file)));
  return hash.digest('hex').slice(0, 12);
}

/** The libraries at the versions of the lockfile. Kept between runs; a changed lockfile gets a folder of its own. */
async function installLibraries() {
  const libraries = path.join(os.tmpdir(), `ferronet-ecosystem-${os.userInfo().username}-${fingerprint()}`);
  if (fs.existsSync(libraries)) return libraries;
  console.log('installing the libraries (npm ci)');
  const stage = fs.mkdtempSync(`${libraries}-`);
  for (const file of MANIFESTS) fs.copyFileSync(path.join(__dirname, file), path.join(stage, file));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run('npm', ['ci', ...flags], stage);
  if (code !== 0) throw new Error(`npm ci failed: ${output}`);
  // Whole or not at all: another run may be looking.
  fs.renameSync(stage, libraries);
  return libraries;
}

/** The folder of this run: { folder, version(library), remove() }. */
async function createWorkspace() {
  const libraries = await installLibraries();
  const folder = fs.mkdtempSync(path.join(libraries, 'run-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  fs.cpSync(path.join(__dirname, 'programs'), path.join(folder, 'programs'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'certificate'));
  createCertificate(path.join(folder, 'certificate'));
  const { main, platform } = await pack(folder);
  await installTarballs(folder, main, platform);
  return { folder, remove, version: (library) => versionOf(libraries, library) };
}

function versionOf(libraries, library) {
  const manifest = path.join(libraries, 'node_modules', library, 'package.json');
  return JSON.parse(fs.readFileSync(manifest, 'utf8')).version;
}

module.exports = { createWorkspace };
