'use strict';
// The dgram module object: what require('ferronet/dgram') answers, in the shape of the running Node's dgram.

require('./child-process.js');
const { deprecated } = require('./udp-legacy.js');
const { Socket, createSocket } = require('./udp-socket.js');

module.exports = { ...deprecated, createSocket, Socket };
