'use strict';
// The net module object: what require('ferronet/net') answers, in the shape of the running Node's net.

const builtin = require('node:net');
const { normalizeArgs } = require('./args.js');
const defaults = require('./defaults.js');
const legacy = require('./legacy.js');
const { Server } = require('./server.js');
const { Socket } = require('./socket.js');

function createServer(options, connectionListener) {
  return new Server(options, connectionListener);
}

function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

const net = {
  _createServerHandle: legacy.createServerHandle,
  _normalizeArgs: normalizeArgs,
  BlockList: builtin.BlockList,
  SocketAddress: builtin.SocketAddress,
  connect,
  createConnection: connect,
  createServer,
  isIP: builtin.isIP,
  isIPv4: builtin.isIPv4,
  isIPv6: builtin.isIPv6,
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily: function getDefaultAutoSelectFamily() {
    return defaults.autoSelectFamily;
  },
  setDefaultAutoSelectFamily: function setDefaultAutoSelectFamily(value) {
    defaults.setAutoSelectFamily(value);
  },
  getDefaultAutoSelectFamilyAttemptTimeout: function getDefaultAutoSelectFamilyAttemptTimeout() {
    return defaults.attemptTimeout;
  },
  setDefaultAutoSelectFamilyAttemptTimeout: function setDefaultAutoSelectFamilyAttemptTimeout(value) {
    defaults.setAttemptTimeout(value);
  },
};

module.exports = net;
