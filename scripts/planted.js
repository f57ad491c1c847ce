'use strict';
// Copies of the code that were changed on purpose: something is broken, so that a proof must fail, or panics are planted.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const PARTS = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'proofs', 'fuzz'];

/** Puts `to`, a string or a function of what it replaces, where `from` (a string or a RegExp) stands, once. */
function edit(copy, { file, from, to }) {
  const place = path.join(copy, file);
  const text = fs.readFileSync(place, 'utf8');
  const [before, after, ...more] = text.split(from);
  if (after === undefined || more.length > 0) throw new Error(`${file} has not one place like ${from}`);
  const old = text.slice(before.length, text.length - after.length);
  fs.writeFileSync(place, before + (typeof to === 'function' ? to(old) : to) + after);
}

/** Calls `act` with the folder of a copy that has the `edits`, [{ file, from, to }]; removes the copy afterwards. */
function withEdits(edits, act) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-planted-'));
  try {
    for (const part of PARTS) fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    for (const one of edits) edit(copy, one);
    return act(copy);
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

module.exports = { withEdits };
