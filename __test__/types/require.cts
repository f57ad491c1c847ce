// The faces of a CommonJS program.

import ferronet = require('ferronet');
import dgram = require('ferronet/dgram');
import net = require('ferronet/net');
require('ferronet/register');

export const server: ferronet.Server = net.createServer();
export const udp: ferronet.UdpSocket = dgram.createSocket('udp4');
export const socket: net.Socket = new ferronet.net.Socket();
export const version: string = ferronet.version;
