'use strict';
// What is run: the program programs/NAME.js, with the libraries and servers it needs.
//
//   sockets  the kinds of sockets that must be seen: Node's own on the built-in, and none but ours on ferronet
//   through  the way by which the libraries come to ferronet's sockets

const integrations = [
  { name: 'ioredis', libraries: ['ioredis'], servers: ['redis'], sockets: ['TCP', 'PIPE'], through: 'net' },
  { name: 'redis', libraries: ['redis'], servers: ['redis'], sockets: ['TCP', 'PIPE'], through: 'net' },
  {
    name: 'pg',
    libraries: ['pg', 'pg-copy-streams'],
    servers: ['postgres'],
    sockets: ['TCP', 'PIPE'],
    through: 'net, tls over the socket',
  },
  {
    name: 'mysql2',
    libraries: ['mysql2'],
    servers: ['mariadb'],
    sockets: ['TCP', 'PIPE'],
    through: 'net, tls over the socket',
  },
  { name: 'mqtt', libraries: ['mqtt'], servers: ['mosquitto'], sockets: ['TCP'], through: 'net' },
  { name: 'mqtt-tls', libraries: ['mqtt'], servers: ['mosquitto'], sockets: ['TCP'], through: 'tls.connect' },
  { name: 'aedes', libraries: ['aedes', 'mqtt'], servers: [], sockets: ['TCPSERVER', 'TCP'], through: 'net' },
  { name: 'nats', libraries: ['nats'], servers: ['nats'], sockets: ['TCP'], through: 'net' },
  {
    name: 'nodemailer',
    libraries: ['nodemailer', 'smtp-server'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP'],
    through: 'net, tls over the socket',
  },
  { name: 'ssh2', libraries: ['ssh2'], servers: [], sockets: ['TCPSERVER', 'TCP'], through: 'net' },
];

module.exports = { integrations };
