'use strict';
// Projects in temporary folders that have the packed package installed, as a user has it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { root, runNode } = require('../helpers/children.js');

const fixtures = path.join(__dirname, 'fixtures');

/** Neither scripts nor reports; npm's own notices off. */
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** A temporary folder that goes when the test file ends. */
function temporaryFolder(test) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-package-'));
  test.after.always(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** linux-x64-gnu and so on: the target that is this platform. */
function ownTarget() {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return `${base}-msvc`;
  if (process.platform !== 'linux') return base;
  return `${base}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

/** Packs the checkout to `folder`: { main, platform }, the tarballs of the main and of this platform's package. */
async function pack(folder) {
  const { code, stdout, stderr } = await runNode([path.join(root, 'scripts', 'pack.js'), '--out', folder], {
    timeout: 120_000,
  });
  if (code !== 0) throw new Error(`pack.js failed: ${stderr}`);
  const tarballs = stdout.trim().split(/\r?\n/);
  const main = tarballs.at(-1);
  const platform = tarballs.find((file) => path.basename(file).startsWith(`ferronet-${ownTarget()}-`));
  if (!platform) throw new Error(`npm run build first: there is no core for ${ownTarget()}`);
  return { main, platform };
}

/** Runs a command such as npm to its end: { code, output }. */
function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell runs.
    const child = spawn(command, args, { cwd, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** A project in `folder` with the programs of the fixtures, and those of `tool` where one is named. */
function createProject(folder, name, tool) {
  const project = path.join(folder, name);
  fs.mkdirSync(project);
  for (const entry of fs.readdirSync(fixtures, { withFileTypes: true })) {
    if (!entry.isFile() && entry.name !== tool) continue;
    fs.cpSync(path.join(fixtures, entry.name), path.join(project, entry.name), { recursive: true });
  }
  fs.writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n');
  return project;
}

/** Installs tarballs without the network: the other platforms' packages are optional, and not found. */
async function installTarballs(project, ...tarballs) {
  const { code, output } = await run('npm', [...INSTALL, '--offline', ...tarballs], project);
  if (code !== 0) throw new Error(`npm install failed: ${output}`);
}

/** ERESOLVE would be a fault of our package.json; every other code is the registry's, the network's or the platform's. */
const OF_ELSEWHERE = /npm error code (?!ERESOLVE)(\w+)/;

/** Installs from the registry. False, with the reason in the log, where it cannot give them. */
async function installFromRegistry(t, project, ...packages) {
  const { code, output } = await run('npm', [...INSTALL, '--fetch-retries=0', ...packages], project);
  if (code === 0) return true;
  const reason = output.match(OF_ELSEWHERE)?.[1];
  if (!reason) throw new Error(`npm install failed: ${output}`);
  t.log(`skipped: ${packages.join(' ')} cannot be had from the registry: ${reason}`);
  return false;
}

module.exports = {
  createProject,
  installFromRegistry,
  installTarballs,
  ownTarget,
  pack,
  run,
  temporaryFolder,
};
