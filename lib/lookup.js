'use strict';
// Names to addresses: the program's lookup function or dns.lookup, whose results Node checks in a certain order.

const dns = require('node:dns');
const { isIP } = require('node:net');
const { ERR_INVALID_ADDRESS_FAMILY, ERR_INVALID_IP_ADDRESS } = require('./errors.js');

const isFamily = (family) => family === 4 || family === 6;

/** What is wrong with one result of a lookup, or null. */
function resultError({ address, family }, host, port) {
  if (typeof address !== 'string' || !isIP(address)) return new ERR_INVALID_IP_ADDRESS(address);
  if (!isFamily(family)) return new ERR_INVALID_ADDRESS_FAMILY(family, host, port);
  return null;
}

/** Addresses in the order to try them: each once, families in turn, the family of the first one first. */
function interleave(addresses) {
  const seen = new Set();
  const byFamily = new Map();
  for (const { address, family } of addresses) {
    if (!isIP(address) || !isFamily(family) || seen.has(address)) continue;
    seen.add(address);
    if (!byFamily.has(family)) byFamily.set(family, []);
    byFamily.get(family).push({ address, family });
  }
  const [first = [], second = []] = byFamily.values();
  const order = [];
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    if (i < first.length) order.push(first[i]);
    if (i < second.length) order.push(second[i]);
  }
  return order;
}

/** The dns.lookup options of a connect: ADDRCONFIG unless the program asked for something special. */
function connectLookupOptions({ family, hints = 0 }) {
  const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
  if (process.platform !== 'win32' && !isFamily(wanted) && !hints)
    return { family: wanted, hints: dns.ADDRCONFIG };
  return { family: wanted, hints: hints || 0 };
}

/** dns.lookup as it is now: programs replace it. */
const defaultLookup = (...args) => dns.lookup(...args);

module.exports = { connectLookupOptions, defaultLookup, dns, interleave, resultError };
