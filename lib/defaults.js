'use strict';
// The process-wide defaults of net, which command-line flags and net's setters change.
// https://nodejs.org/api/net.html#netgetdefaultautoselectfamily

const builtin = require('node:net');
const os = require('node:os');
const stream = require('node:stream');
const { validateBoolean, validateInt32, validateNoNullBytes, validateString } = require('./validate.js');

const [major] = process.versions.node.split('.').map(Number);

/** Node 22 and later check options.host before they look it up; before, dns.lookup did. */
function checkHost(host) {
  if (major < 22) return;
  validateString(host, 'options.host');
  validateNoNullBytes(host, 'options.host');
}

const defaults = {
  /** The running Node's major version, which decides the shape of the API. */
  major,
  autoSelectFamily: builtin.getDefaultAutoSelectFamily(),
  attemptTimeout: builtin.getDefaultAutoSelectFamilyAttemptTimeout(),
  highWaterMark: () => stream.getDefaultHighWaterMark(false),
  checkHost,

  /** Whether an interface has an IPv6 address; loopback counts. */
  hasIPv6: () => Object.values(os.networkInterfaces()).some((list) => list.some((i) => i.family === 'IPv6')),

  setAutoSelectFamily(value) {
    validateBoolean(value, 'value');
    defaults.autoSelectFamily = value;
  },

  setAttemptTimeout(value) {
    validateInt32(value, 'value', 1);
    defaults.attemptTimeout = Math.max(value, 10);
  },
};

module.exports = defaults;
