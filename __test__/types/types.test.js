'use strict';
// The hand-written types: what tsc must accept and what it must reject.

const fs = require('node:fs');
const path = require('node:path');
const test = require('ava').default;
const { root, runNode } = require('../helpers/children.js');

const typescript = path.dirname(require.resolve('typescript/package.json'));

/** Runs tsc on the project in `folder`. */
function check(folder) {
  const tsc = path.join(typescript, 'bin', 'tsc');
  return runNode([tsc, '--pretty', 'false', '--project', folder], { timeout: 60_000 });
}

test('tsc accepts programs that use ferronet as they use net and dgram', async (t) => {
  const { code, stdout } = await check(root);
  t.is(stdout, '');
  t.is(code, 0);
});

test('tsc rejects each wrong usage, and nothing beside it', async (t) => {
  const folder = path.join(__dirname, 'rejected');
  const lines = fs.readFileSync(path.join(folder, 'wrong.ts'), 'utf8').split('\n');
  const wrong = lines.flatMap((line, index) => (line.endsWith('// rejected') ? [index + 1] : []));
  t.true(wrong.length > 10);

  const { code, stdout } = await check(folder);
  const found = [...stdout.matchAll(/^.*wrong\.ts\((\d+),\d+\): error/gm)].map(([, line]) => Number(line));
  t.deepEqual(found, wrong, stdout);
  t.not(code, 0);
});
