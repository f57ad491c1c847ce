'use strict';
// The net module object: what require('ferronet/net') answers, in the shape of the running Node's net.

const builtin = require('node:net');
const { normalizeArgs } = require('./args.js');
const { BoundSocket } = require('./net/bound-socket.js');
const defaults = require('./defaults.js');
const legacy = require('./legacy.js');
const { createServerHandle } = require('./net/listen.js');
const { Server } = require('./net/server.js');
const { Socket } = require('./net/socket.js');
require('./processes/child-process.js');

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

/** Every member that some version of Node has, in Node's order. */
const members = {
  _createServerHandle: createServerHandle,
  _normalizeArgs: normalizeArgs,
  _setSimultaneousAccepts: legacy._setSimultaneousAccepts,
  BlockList: undefined,
  SocketAddress: undefined,
  BoundSocket,
  connect,
  createConnection: connect,
  createServer,
  isIP: builtin.isIP,
  isIPv4: builtin.isIPv4,
  isIPv6: builtin.isIPv6,
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
};

function getDefaultAutoSelectFamily() {
  return defaults.autoSelectFamily;
}

function setDefaultAutoSelectFamily(value) {
  defaults.setAutoSelectFamily(value);
}

function getDefaultAutoSelectFamilyAttemptTimeout() {
  return defaults.attemptTimeout;
}

function setDefaultAutoSelectFamilyAttemptTimeout(value) {
  defaults.setAttemptTimeout(value);
}

/** The classes that are Node's own, loaded when asked for, as Node does. */
function hostClass(name) {
  return { get: () => builtin[name], enumerable: true, configurable: true };
}

const net = {};
for (const [name, value] of Object.entries(members)) {
  if (!Object.hasOwn(builtin, name)) continue;
  if (value === undefined) Object.defineProperty(net, name, hostClass(name));
  else net[name] = value;
}

module.exports = net;
