'use strict';
// The packed package, installed by npm and used by programs.

const fs = require('node:fs');
const path = require('node:path');
const test = require('ava').default;
const { runNode } = require('../helpers/children.js');
const { version } = require('../../package.json');
const { createProject, installTarballs, ownTarget, pack, temporaryFolder } = require('./projects.js');

const folder = temporaryFolder(test);
let complete;
let withoutCore;

test.before(async () => {
  const { main, platform } = await pack(folder);
  complete = createProject(folder, 'complete');
  await installTarballs(complete, main, platform);
  withoutCore = createProject(folder, 'without-core');
  await installTarballs(withoutCore, main);
});

test('npm installs the package and the core that fits', (t) => {
  t.deepEqual(visible(complete), ['ferronet', `ferronet-${ownTarget()}`]);
  t.deepEqual(visible(withoutCore), ['ferronet']);
});

function visible(project) {
  return fs.readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
}

for (const args of [
  ['require.cjs'],
  ['import.mjs'],
  ['-r', 'ferronet/register', 'builtin.cjs'],
  ['-r', 'ferronet/register', 'builtin.mjs'],
  ['--import', 'ferronet/register', 'builtin.cjs'],
  ['--import', 'ferronet/register', 'builtin.mjs'],
]) {
  test(`node ${args.join(' ')}`, async (t) => {
    const { code, stdout, stderr } = await runNode(args, { cwd: complete });
    t.is(stderr, '');
    t.is(stdout, 'tcp udp\n');
    t.is(code, 0);
  });
}

for (const request of ['ferronet', 'ferronet/net', 'ferronet/dgram', 'ferronet/register']) {
  test(`without a core, loading ${request} says what to install`, async (t) => {
    const program = `try { require('${request}') } catch ({ code, message }) { console.log(code, message) }`;
    const { stdout } = await runNode(['-e', program], { cwd: withoutCore });
    t.regex(stdout, /^ERR_FERRONET_BINDING /);
    t.true(stdout.includes(`npm install ferronet-${ownTarget()}@${version}`), stdout);
  });
}
