'use strict';
// Node's own net and dgram as they were when ferronet was loaded, for what the built-ins go on to do: ferronet/register
// puts its own members in their place.

const dgram = require('node:dgram');
const net = require('node:net');

/** Members by name. Classes that Node makes on demand (BlockList) stay its own and are not taken along. */
function membersOf(module) {
  const members = {};
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    if (value !== undefined) members[name] = value;
  }
  return members;
}

/** `module` is what every require and import of net answers; `members` is what it had. */
module.exports = {
  net: { module: net, members: membersOf(net) },
  dgram: { module: dgram, members: membersOf(dgram) },
};
