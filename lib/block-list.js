'use strict';
// BlockList is Node's own class: programs make them with either net.

const { BlockList } = require('node:net');

const isBlockList = BlockList.isBlockList ?? ((value) => value instanceof BlockList);

module.exports = { isBlockList };
