'use strict';
// The members of the module objects `net` and `dgram`. Node's own code, and every require and import, has these very
// objects, so what is put into them is seen everywhere, in modules that were loaded before too.

const { syncBuiltinESMExports } = require('node:module');
const builtins = require('../builtins.js');

const ours = { net: require('../net.js'), dgram: require('../dgram.js') };

/** What Node's cluster makes handles by, which it sends to its workers: native ones. */
const keptForNode = ['_createServerHandle', '_createSocketHandle'];

/** Gives `module` the members that both sets have. */
function replace(module, from, to) {
  for (const name of Object.keys(from)) {
    if (keptForNode.includes(name) || !Object.hasOwn(to, name)) continue;
    if (to[name] !== from[name]) module[name] = to[name];
  }
}

function swapMembers() {
  for (const name of Object.keys(ours)) replace(builtins[name].module, builtins[name].members, ours[name]);
  syncBuiltinESMExports();
}

function restoreMembers() {
  for (const name of Object.keys(ours)) replace(builtins[name].module, ours[name], builtins[name].members);
  syncBuiltinESMExports();
}

/** 'net.connect' and so on: what is ferronet's now, and what is Node's. */
function memberReport() {
  const [swapped, kept] = [[], []];
  for (const [name, { module, members }] of Object.entries(builtins)) {
    for (const key of Object.keys(module)) {
      (Object.hasOwn(members, key) && module[key] !== members[key] ? swapped : kept).push(`${name}.${key}`);
    }
  }
  return { swapped, kept };
}

module.exports = { memberReport, restoreMembers, swapMembers };
