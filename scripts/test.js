'use strict';
// npm test: the house's checks, cargo's tests, and ava's. The last line says how many passed and failed.

const path = require('node:path');
const { runChecks } = require('./check.js');
const { conclude, runAva, show, totals } = require('./runs.js');

async function runCargo() {
  return totals(await show('cargo', ['test', '--release', '--quiet']), /(\d+) passed/g, /(\d+) failed/g);
}

/** The short form of npm run test:stress. */
async function runStress() {
  const args = [path.join(__dirname, '..', 'stress', 'run.js'), '--scale', '0.2'];
  return totals(await show(process.execPath, args), /^(\d+) passed/gm, /^\d+ passed, (\d+) failed/gm);
}

async function main() {
  // The totals are read from text without colours.
  delete process.env.FORCE_COLOR;
  const results = [runChecks(), await runCargo(), await runAva([])];
  if (process.platform === 'linux') {
    // The other waiter, which every other system has (ARCHITECTURE.md, "Who waits for the driver").
    console.log('The same by the follower: FERRONET_WAITER=follower');
    results.push(
      await runAva(['__test__/{net,dgram,cluster,lifetime}/*.test.js'], { FERRONET_WAITER: 'follower' }),
    );
  }
  results.push(await runStress());
  conclude(results);
}

main();
