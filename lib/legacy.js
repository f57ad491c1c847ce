'use strict';
// Undocumented members that published packages use.

const { errnoOf } = require('./errors.js');
const { guessHandleType } = require('./binding.js');
const { PipeServer, TCPServer } = require('./server-handle.js');

/**
 * net._createServerHandle(address, port, addressType, fd, flags): a bound handle, or a negative error number.
 */
function createServerHandle(address, port, addressType, fd, flags) {
  const isPath = port === -1 && addressType === -1;
  if (typeof fd === 'number' && fd >= 0) {
    const type = guessHandleType(fd);
    if (type !== 'TCP' && type !== 'PIPE') return errnoOf('EINVAL');
    const handle = type === 'TCP' ? new TCPServer() : new PipeServer();
    return handle.adopt(fd) || handle;
  }
  if (isPath) {
    const handle = new PipeServer();
    return handle.bindPath(address) || handle;
  }
  const handle = new TCPServer();
  const ipv6Only = Boolean(flags & 1);
  if (address) return handle.bind(address, port, ipv6Only, false) || handle;
  const status = handle.bind('::', port, ipv6Only, false);
  return status === 0 ? handle : handle.bind('0.0.0.0', port, false, false) || handle;
}

module.exports = { createServerHandle };
