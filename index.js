'use strict';
// The door: wiring only.

const { setBusyPoll } = require('./lib/reactor/busy-poll.js');
const dgram = require('./lib/dgram.js');
const net = require('./lib/net.js');
const { version } = require('./package.json');

module.exports = {
  net,
  dgram,
  Server: net.Server,
  Socket: net.Socket,
  UdpSocket: dgram.Socket,
  setBusyPoll,
  version,
};
