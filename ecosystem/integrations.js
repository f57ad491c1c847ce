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
  { name: 'http', libraries: [], servers: [], sockets: ['TCPSERVER', 'TCP', 'PIPE'], through: 'http, https' },
  {
    name: 'clients',
    libraries: ['undici', 'axios', 'got'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP'],
    through: 'net, http, fetch',
  },
  { name: 'express', libraries: ['express'], servers: [], sockets: ['TCPSERVER', 'TCP'], through: 'http' },
  {
    name: 'fastify',
    libraries: ['fastify'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP', 'PIPESERVER', 'PIPE'],
    through: 'http, http2',
  },
  { name: 'ws', libraries: ['ws'], servers: [], sockets: ['TCPSERVER', 'TCP'], through: 'http, net' },
  {
    name: 'socket.io',
    libraries: ['socket.io', 'socket.io-client'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP'],
    through: 'http, net',
  },
  {
    name: 'grpc',
    libraries: ['@grpc/grpc-js'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP', 'PIPESERVER', 'PIPE'],
    through: 'http2',
  },
  {
    name: 'http-proxy',
    libraries: ['http-proxy', 'ws'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP'],
    through: 'http, net',
  },
  {
    name: 'nginx',
    libraries: ['express'],
    servers: ['nginx'],
    sockets: ['TCPSERVER', 'PIPESERVER', 'TCP'],
    through: 'http',
  },
  { name: 'multicast-dns', libraries: ['multicast-dns'], servers: [], sockets: ['UDP'], through: 'dgram' },
  { name: 'coap', libraries: ['coap'], servers: [], sockets: ['UDP'], through: 'dgram' },
  {
    name: 'dns2',
    libraries: ['dns2'],
    servers: [],
    sockets: ['UDP', 'TCPSERVER', 'TCP'],
    through: 'dgram, net',
  },
  {
    name: 'metrics',
    libraries: ['hot-shots', 'syslog-client'],
    servers: [],
    sockets: ['UDP', 'TCPSERVER', 'TCP'],
    through: 'dgram, net',
  },
  {
    name: 'failures',
    libraries: ['undici', 'axios', 'ioredis', 'redis', 'pg', 'mysql2', 'mqtt', 'nodemailer', 'ssh2', 'ws'],
    servers: [],
    sockets: ['TCPSERVER', 'TCP', 'PIPE'],
    through: 'net, http',
  },
  {
    name: 'failures-redis',
    libraries: ['ioredis', 'redis'],
    servers: ['redis'],
    sockets: ['TCP', 'PIPE'],
    through: 'net',
  },
  {
    name: 'failures-sql',
    libraries: ['pg', 'mysql2'],
    servers: ['postgres', 'mariadb'],
    sockets: ['TCP', 'PIPE'],
    through: 'net, tls over the socket',
  },
];

module.exports = { integrations };
