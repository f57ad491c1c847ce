'use strict';
// Preloaded into every program: counts the network resources that async_hooks shows, so that the runner can tell
// whose sockets they were. Writes { TYPE: count } to the file that ECOSYSTEM_TYPES names when the program ends.

const { AsyncResource, createHook } = require('node:async_hooks');
const fs = require('node:fs');

const NETWORK = /^(TCP|PIPE|UDP|TLS|JSSTREAM|FERRONET_)/;
const counts = {};

/** ferronet's datagram sockets have the built-in's type, and a resource made by JavaScript. */
const typeOf = (type, resource) =>
  type.startsWith('UDP') && resource instanceof AsyncResource ? type.replace('UDP', 'FERRONET_UDP') : type;

createHook({
  init(_id, type, _trigger, resource) {
    if (!NETWORK.test(type)) return;
    const name = typeOf(type, resource);
    counts[name] = (counts[name] ?? 0) + 1;
  },
}).enable();

process.on('exit', () => fs.writeFileSync(process.env.ECOSYSTEM_TYPES, JSON.stringify(counts)));
