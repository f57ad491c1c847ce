'use strict';
// aedes, a broker in this program, and mqtt as its clients.

const { once } = require('node:events');
const net = require('node:net');
const { Aedes } = require('aedes');
const { converse } = require('./mqtt-conversation.js');

exports.run = async ({ see }) => {
  const broker = await Aedes.createBroker();
  const server = net.createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await converse(`mqtt://127.0.0.1:${server.address().port}`, {}, see);
  await new Promise((resolve) => broker.close(resolve));
  server.close();
  await once(server, 'close');
};
