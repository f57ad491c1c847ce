'use strict';
// mqtt on mosquitto.

const { converse } = require('./mqtt-conversation.js');

exports.run = ({ servers, see }) => converse(`mqtt://127.0.0.1:${servers.mosquitto.port}`, {}, see);
