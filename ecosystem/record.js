'use strict';
// Preloaded into every program: counts the network resources that async_hooks shows, so that the runner can tell
// whose sockets they were. Writes { TYPE: count } to the file that ECOSYSTEM_TYPES names when the program ends.

const { createHook } = require('node:async_hooks');
const fs = require('node:fs');

const NETWORK = /^(TCP|PIPE|UDP|TLS|JSSTREAM|FERRONET_)/;
const counts = {};

createHook({
  init(_id, type) {
    if (NETWORK.test(type)) counts[type] = (counts[type] ?? 0) + 1;
  },
}).enable();

process.on('exit', () => fs.writeFileSync(process.env.ECOSYSTEM_TYPES, JSON.stringify(counts)));
