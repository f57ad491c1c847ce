'use strict';
// npm run test:loom: model-checks the hand-over of the driver (proofs/loom), then plants faults into copies of the
// code and sees that each is found. LOOM_MAX_PREEMPTIONS (4) bounds how often an interleaving takes a thread off
// before it waits. The last line says how many passed and failed.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { withEdits } = require('./planted.js');

const root = path.join(__dirname, '..');
const env = {
  ...process.env,
  LOOM_MAX_PREEMPTIONS: process.env.LOOM_MAX_PREEMPTIONS ?? '4',
  // Copies share what was built.
  CARGO_TARGET_DIR: path.join(root, 'target', 'loom'),
};

/** Each takes something away that the proof shows to be needed; `from` stands in the file once. */
const faults = [
  {
    name: 'rest() does not look again',
    from: 'if self.shared.ready.is_empty() && self.js_drives() == drove {',
    to: 'if true {',
  },
  {
    name: 'rest() does not see that the driver came over',
    from: ' && self.js_drives() == drove',
    to: '',
  },
  {
    name: 'the follower lends before it has left the driver',
    from: 'if self.wanted.swap(false, Ordering::AcqRel) {',
    to: 'if self.wanted.swap(false, Ordering::AcqRel) {\nself.js_drives.store(true, Ordering::Release);\nself.ring();',
  },
  {
    name: 'the follower lends without a ring',
    from: 'self.js_drives.store(true, Ordering::Release);\n        self.ring();',
    to: 'self.js_drives.store(true, Ordering::Release);',
  },
  {
    name: 'the hand-back takes no lock',
    from: /let _parking = self\s+\.shared\s+\.parking\s+\.lock\(\)\s+\.unwrap_or_else\(PoisonError::into_inner\);/,
    to: '',
  },
  { name: 'the end does not call the follower from the driver', from: 'self.driver.leave();', to: '' },
  {
    name: 'the end is not looked at while the driver is lent',
    from: ' && !self.stop.load(Ordering::Acquire)',
    to: '',
  },
  { name: 'the end does not wait for the follower', from: 'follower.join()', to: 'Some(follower)' },
];

/** The files that are included bring tests of their own along, which are no model's. */
const ONLY = 'interleavings';

/** Runs the proof that lies in `folder`. */
function prove(folder, args, stdio) {
  const manifest = path.join(folder, 'proofs', 'loom', 'Cargo.toml');
  const options = { env, stdio, encoding: 'utf8' };
  return spawnSync('cargo', ['test', '--locked', '--manifest-path', manifest, ...args], options);
}

/** Whether the proof fails on the fault, and not because the copy does not compile. */
function isFound(fault) {
  return withEdits([{ ...fault, file: 'src/reactor/waiter.rs' }], (copy) => {
    const built = prove(copy, ['--quiet', '--no-run'], 'pipe');
    if (built.status !== 0) throw new Error(`"${fault.name}" does not compile:\n${built.stderr}`);
    return prove(copy, ['--quiet', ONLY], 'pipe').status !== 0;
  });
}

function main() {
  const results = [prove(root, [ONLY], 'inherit').status === 0];
  for (const fault of faults) {
    const found = isFound(fault);
    console.log(`${found ? 'found ' : 'MISSED'} ${fault.name}`);
    results.push(found);
  }
  const passed = results.filter(Boolean).length;
  console.log(`${passed} passed, ${results.length - passed} failed`);
  process.exitCode = passed === results.length ? 0 : 1;
}

main();
