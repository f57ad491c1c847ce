'use strict';
// Undocumented members of net that published packages use.

let warned = false;

/** net._setSimultaneousAccepts: without effect since Node 9; gone from Node 24 on. */
function _setSimultaneousAccepts() {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'net._setSimultaneousAccepts() is deprecated and will be removed.',
    'DeprecationWarning',
    'DEP0121',
  );
}

module.exports = { _setSimultaneousAccepts };
