'use strict';
// A test of a test: a copy of the code in which something was broken on purpose, so that the proof must fail.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const PARTS = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'proofs', 'fuzz'];

/**
 * Calls `act` with the folder of a copy in which `file` has `to` where it had `from` (a string or a RegExp), once;
 * removes the copy afterwards.
 */
function withFault({ name, file, from, to }, act) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-planted-'));
  try {
    for (const part of PARTS) fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    const sound = fs.readFileSync(path.join(copy, file), 'utf8').split(from);
    if (sound.length !== 2) throw new Error(`no place for the fault "${name}" in ${file}`);
    fs.writeFileSync(path.join(copy, file), sound.join(to));
    return act(copy);
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

module.exports = { withFault };
