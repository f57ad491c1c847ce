'use strict';
// The two implementations that a test compares: the running Node's own and ferronet.

const ferronet = require('../../index.js');

const builtin = { name: 'built-in', net: require('node:net'), dgram: require('node:dgram') };
const ours = { name: 'ferronet', net: ferronet.net, dgram: ferronet.dgram };

module.exports = { builtin, ours };
