'use strict';
// npm run test:turns: ava's tests with a reactor whose turns are held up and cut short by chance (proofs/turns), on both
// waiters, and then with one that forgets a ready handle now and then: tests must fail by that. The last line says how
// many passed and failed.

const path = require('node:path');
const { conclude, runAva } = require('./runs.js');

const disturb = path.join(__dirname, '..', 'proofs', 'turns', 'disturb.js');
const FILES = ['__test__/{net,dgram,cluster,lifetime,behaviour,register}/*.test.js'];
/** Enough to notice a loss. */
const FEW = ['__test__/net/reading.test.js', '__test__/net/ending.test.js'];

const WAITERS = process.platform === 'linux' ? ['nested', 'follower'] : ['follower'];

const disturbed = (more) => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require=${JSON.stringify(disturb)}`.trim(),
  // What is held up takes longer.
  FERRONET_TEST_PATIENCE: '3',
  ...more,
});

async function main() {
  delete process.env.FORCE_COLOR;
  const results = [];
  for (const waiter of WAITERS) {
    console.log(`Disturbed turns: FERRONET_WAITER=${waiter}`);
    results.push(await runAva(FILES, disturbed({ FERRONET_WAITER: waiter })));
  }
  console.log('A reactor that forgets: tests must fail now');
  const { failed } = await runAva(FEW, disturbed({ FERRONET_TURNS: 'lossy' }));
  console.log(failed > 0 ? 'noticed' : 'MISSED');
  results.push({ passed: failed > 0 ? 1 : 0, failed: failed > 0 ? 0 : 1, last: '' });
  conclude(results);
}

main();
