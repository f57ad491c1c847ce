'use strict';
// Names to addresses for dgram: the program's lookup function, or dns.lookup as it was when the socket was made.

const { isIP } = require('node:net');
const { dns } = require('../lookup.js');

/** dns.lookup as nobody has replaced it: it answers a literal with itself, and needs no call for that. */
const ownLookup = dns.lookup;

const [major, minor] = process.versions.node.split('.').map(Number);
/** From there on the default does not see literals, replaced or not. */
const skipsLiterals = major >= 26 || (major === 24 && minor >= 21);

/** The literal that was seen last: most programs send to one address many times. */
let known;

/** Where dns.lookup sees everything, it is also what refuses a name that is no string. */
function isLiteral(name) {
  if (typeof name !== 'string') return skipsLiterals && isIP(name) !== 0;
  if (name === known) return true;
  if (isIP(name) === 0) return false;
  known = name;
  return true;
}

/** lookup(name, callback) of a socket; callback(error, address). An empty name is the loopback address. */
function lookupOf(type, lookup) {
  const [family, loopback] = type === 'udp6' ? [6, '::1'] : [4, '127.0.0.1'];
  if (lookup !== undefined) return (name, callback) => lookup(name || loopback, family, callback);
  const current = dns.lookup;
  const shortcut = skipsLiterals || current === ownLookup;
  return (name, callback) => {
    name ||= loopback;
    if (shortcut && isLiteral(name)) callback(null, name);
    else current(name, family, callback);
  };
}

module.exports = { lookupOf };
