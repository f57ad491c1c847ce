'use strict';
// Packs what is published: the main package, and the package of every target whose core is in native/.
//
//   node scripts/pack.js [--out DIR] [--all] [--repository URL]
//
// --out         where the tarballs go (default: the current folder); they are printed, platform packages first
// --all         fails unless every target is built
// --repository  the "repository" of each package; the registry compares it with the provenance
//
// The main package depends on a package per target, optionally and at exactly its own version. The package.json in
// the checkout cannot say so: `npm ci` would look for versions that are not published yet.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const root = path.join(__dirname, '..');
const manifest = readJson(path.join(root, 'package.json'));

/** What only a checkout needs. */
const CHECKOUT_FIELDS = ['devDependencies', 'scripts', 'napi', 'ava'];

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Runs `npm pack` in `folder` and returns what it says of the package: { filename, files, … }. */
function npmPack(folder, ...flags) {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...flags], {
    cwd: folder,
    encoding: 'utf8',
    // npm is a .cmd file on Windows. No argument holds a path, so nothing needs quoting.
    shell: process.platform === 'win32',
  });
  const [report] = Object.values(JSON.parse(output));
  return report;
}

function copy(from, to, files) {
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    fs.copyFileSync(path.join(from, file), path.join(to, file));
  }
}

/** linux-x64-gnu and so on: the folders of npm/. */
function targets() {
  return fs.readdirSync(path.join(root, 'npm')).sort();
}

const coreOf = (target) => `${manifest.name}.${target}.node`;

const isBuilt = (target) => fs.existsSync(path.join(root, 'native', coreOf(target)));

function stageMain(stage, extra) {
  copy(
    root,
    stage,
    npmPack(root, '--dry-run').files.map((file) => file.path),
  );
  const published = { ...manifest, ...extra };
  for (const field of CHECKOUT_FIELDS) delete published[field];
  published.optionalDependencies = Object.fromEntries(
    targets().map((target) => [`${manifest.name}-${target}`, manifest.version]),
  );
  writeJson(path.join(stage, 'package.json'), published);
}

function stageTarget(target, stage, extra) {
  const folder = path.join(root, 'npm', target);
  copy(folder, stage, ['README.md']);
  copy(root, stage, ['LICENSE']);
  copy(path.join(root, 'native'), stage, [coreOf(target)]);
  const published = { ...readJson(path.join(folder, 'package.json')), ...extra, version: manifest.version };
  writeJson(path.join(stage, 'package.json'), published);
}

/** Stages a package in a temporary folder, packs it there and moves the tarball to `out`. Returns its path. */
function pack(out, fillStage) {
  const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-pack-'));
  try {
    fillStage(stage);
    const { filename } = npmPack(stage);
    copy(stage, out, [filename]);
    return path.join(out, filename);
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
}

function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: '.' },
      all: { type: 'boolean', default: false },
      repository: { type: 'string' },
    },
  });
  const missing = targets().filter((target) => !isBuilt(target));
  if (values.all && missing.length > 0) throw new Error(`not built: ${missing.join(', ')}`);

  const out = path.resolve(values.out);
  const extra = values.repository ? { repository: { type: 'git', url: values.repository } } : {};
  for (const target of targets().filter(isBuilt)) {
    console.log(pack(out, (stage) => stageTarget(target, stage, extra)));
  }
  console.log(pack(out, (stage) => stageMain(stage, extra)));
}

main();
