'use strict';
// mqtt on mosquitto, encrypted.

const fs = require('node:fs');
const { converse } = require('./mqtt-conversation.js');

exports.run = ({ servers, see }) => {
  const { tlsPort, certificate } = servers.mosquitto;
  const options = { ca: fs.readFileSync(certificate), servername: 'localhost' };
  return converse(`mqtts://127.0.0.1:${tlsPort}`, options, see);
};
