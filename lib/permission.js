'use strict';
// Node's permission model (https://nodejs.org/api/permissions.html) knows nothing of an addon's sockets, so the network
// permission is asked for here, where Node's own net and dgram ask for it.

const { ERR_ACCESS_DENIED } = require('./errors.js');

/** Node 25 and later have a permission for the network; in others `has('net')` is false although nothing is denied. */
const isKnown = process.allowedNodeEnvironmentFlags.has('--allow-net');

/** Why `resource` (an address, a path, or '' for any) is out of bounds, or null. */
function denial(resource) {
  if (!isKnown || process.permission === undefined || process.permission.has('net')) return null;
  return new ERR_ACCESS_DENIED('Net', resource, '--allow-net');
}

/** Throws where binding is not permitted. */
function requirePermission(resource) {
  const denied = denial(resource);
  if (denied) throw denied;
}

module.exports = { denial, requirePermission };
