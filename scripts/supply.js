'use strict';
// npm run test:supply: what the core is made of (deny.toml): licences, sources, one version of each crate, and known
// advisories where their database can be had. Needs cargo-deny: cargo install --locked cargo-deny

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.join(__dirname, '..');

function deny(...checks) {
  const { status, stdout, stderr } = spawnSync('cargo', ['deny', '--locked', 'check', ...checks], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

/** The crates' own facts; no network is needed once they are there. */
function checkCrates() {
  const { status, output } = deny('licenses', 'sources', 'bans');
  console.log(output.trim());
  return status === 0;
}

function checkAdvisories() {
  const { status, output } = deny('advisories');
  if (/failed to fetch advisory database/.test(output)) {
    console.log('advisories NOT CHECKED: their database could not be fetched');
    return process.env.CI === undefined;
  }
  console.log(output.trim());
  return status === 0;
}

function main() {
  if (spawnSync('cargo', ['deny', '--version']).status !== 0) {
    console.error('cargo-deny is not installed: cargo install --locked cargo-deny');
    process.exit(1);
  }
  const results = [checkCrates(), checkAdvisories()];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

main();
