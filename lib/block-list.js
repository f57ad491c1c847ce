'use strict';
// BlockList is Node's own class: programs make them with either net.

const { BlockList } = require('node:net');
const { major } = require('./defaults.js');
const { ERR_INVALID_ARG_TYPE } = require('./errors.js');

const isBlockList = BlockList.isBlockList ?? ((value) => value instanceof BlockList);

/** Refuses what is no BlockList; Node 20 knows no such option and says nothing. */
function validateBlockList(value, name) {
  if (value && major >= 22 && !isBlockList(value))
    throw new ERR_INVALID_ARG_TYPE(name, 'an net.BlockList', value);
}

module.exports = { isBlockList, validateBlockList };
