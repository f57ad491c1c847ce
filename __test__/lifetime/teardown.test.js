'use strict';
// The end of an environment in the middle of its work: exit, worker end, worker terminate.

const test = require('ava');
const { root, runNode } = require('../helpers/children.js');
const { busy, workers } = require('./busy.js');

/** Runs a program again and again, a few at a time; each run must end as expected. */
async function repeat(t, times, source, expected) {
  for (let done = 0; done < times; done += 5) {
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => runNode(['-e', source], { timeout: 30_000 })),
    );
    for (const run of runs) t.deepEqual({ ...run, stderr: run.stderr.slice(0, 2000) }, expected);
  }
}

test('100 exits in the middle of I/O end with the right code', async (t) => {
  t.timeout(120_000);
  const source = `const LIMIT = 20 + Math.floor(Math.random() * 2000); ${busy()} function done() { process.exit(7); }`;
  await repeat(t, 100, source, { code: 7, signal: null, stdout: '', stderr: '' });
});

test('30 programs in which only workers load the addon and end by themselves', async (t) => {
  t.timeout(120_000);
  const ending = `
    function done() { process.exit(0); }`;
  await repeat(t, 30, workers('', ending), { code: 0, signal: null, stdout: 'all ended\n', stderr: '' });
});

test('30 programs whose workers are terminated in the middle of I/O', async (t) => {
  t.timeout(120_000);
  const ending = `
    function done() { parentPort.postMessage('busy'); }`;
  const main = `require(${JSON.stringify(root)});`;
  await repeat(t, 30, workers(main, ending), { code: 0, signal: null, stdout: 'all ended\n', stderr: '' });
});

test('a worker that throws ends alone', async (t) => {
  const ending = `
    function done() { throw new RangeError('mine'); }`;
  const expected = { code: 0, signal: null, stdout: 'mine\nmine\nmine\nall ended\n', stderr: '' };
  await repeat(t, 5, workers('', ending), expected);
});
