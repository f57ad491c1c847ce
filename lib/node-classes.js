'use strict';
// What Node's own net and dgram make sockets with, as it was when ferronet was loaded: ferronet/register puts its own
// in their place.

const { Server, Socket, _createServerHandle } = require('node:net');
const { createSocket } = require('node:dgram');

module.exports = { Server, Socket, createServerHandle: _createServerHandle, createUdpSocket: createSocket };
