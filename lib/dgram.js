'use strict';
// The dgram module object: what require('ferronet/dgram') answers, in the shape of the running Node's dgram.

require('./processes/child-process.js');
const { deprecated } = require('./dgram/legacy.js');
const { Socket, createSocket } = require('./dgram/socket.js');

module.exports = { ...deprecated, createSocket, Socket };
