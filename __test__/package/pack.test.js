'use strict';
// What is in the tarballs.

const path = require('node:path');
const test = require('ava').default;
const manifest = require('../../package.json');
const { ownTarget, pack, run, temporaryFolder } = require('./projects.js');

const folder = temporaryFolder(test);
let tarballs;

test.before(async () => {
  tarballs = await pack(folder);
});

/** Runs tar in the folder of the tarballs: a path with a drive letter means a host to some. */
async function tar(t, flags, tarball, ...members) {
  const { code, output } = await run('tar', [flags, path.basename(tarball), ...members], folder);
  t.is(code, 0, output);
  return output;
}

async function filesOf(t, tarball) {
  return (await tar(t, '-tzf', tarball)).trim().split(/\r?\n/).sort();
}

async function manifestOf(t, tarball) {
  return JSON.parse(await tar(t, '-xzOf', tarball, 'package/package.json'));
}

/** What may be in the main tarball, and what must. */
const ALLOWED = [
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
  /^index\.js$/,
  /^(index|net|dgram|register)\.d\.ts$/,
  /^lib\/([a-z]+\/)?[a-z-]+\.js$/,
  /^esm\/[a-z-]+\.mjs$/,
  /^bin\/[a-z-]+\.js$/,
  /^bench\/(README\.md|(children|generator|implementations|measure|options|report|run|scenarios|statistics)\.js)$/,
  /^bench\/(clients|programs)\/[a-z-]+\.js$/,
  /^bench\/programs\/package\.json$/,
];
const REQUIRED = [
  'package.json',
  'LICENSE',
  'index.js',
  'index.d.ts',
  'net.d.ts',
  'dgram.d.ts',
  'register.d.ts',
  'bench/run.js',
  'bench/clients/main.js',
  'bench/programs/program.js',
];

test('the main tarball holds the JavaScript, the types and the benchmark, and nothing else', async (t) => {
  const files = (await filesOf(t, tarballs.main)).map((file) => file.replace(/^package\//, ''));
  t.deepEqual(
    files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
    [],
  );
  const { exports } = manifest;
  const exported = Object.values(exports).flatMap((face) => Object.values(face));
  const named = exported.filter((file) => file.startsWith?.('./')).map((file) => file.slice(2));
  for (const file of [...REQUIRED, ...named]) t.true(files.includes(file), file);
});

test('the main package depends on each platform, optionally and at its own version', async (t) => {
  const packed = await manifestOf(t, tarballs.main);
  t.is(packed.version, manifest.version);
  t.deepEqual(Object.keys(packed.optionalDependencies), [
    'ferronet-darwin-arm64',
    'ferronet-darwin-x64',
    'ferronet-linux-arm64-gnu',
    'ferronet-linux-arm64-musl',
    'ferronet-linux-x64-gnu',
    'ferronet-linux-x64-musl',
    'ferronet-win32-x64-msvc',
  ]);
  t.deepEqual([...new Set(Object.values(packed.optionalDependencies))], [manifest.version]);
  t.deepEqual(Object.keys(packed.optionalDependencies).length, manifest.napi.targets.length);
  for (const field of ['dependencies', 'devDependencies', 'scripts']) t.is(packed[field], undefined);
});

test('the platform tarball holds the core and its papers', async (t) => {
  const target = ownTarget();
  t.deepEqual(await filesOf(t, tarballs.platform), [
    'package/LICENSE',
    'package/README.md',
    `package/ferronet.${target}.node`,
    'package/package.json',
  ]);
  const packed = await manifestOf(t, tarballs.platform);
  t.is(packed.name, `ferronet-${target}`);
  t.is(packed.version, manifest.version);
  t.is(packed.main, `ferronet.${target}.node`);
  t.deepEqual(packed.os, [process.platform]);
  t.deepEqual(packed.cpu, [process.arch]);
  for (const field of ['dependencies', 'scripts']) t.is(packed[field], undefined);
});
