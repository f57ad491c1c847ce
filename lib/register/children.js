'use strict';
// Child processes: cluster's primary listens by Node's own servers, whose connections it sends. (What a program sends is
// lib/processes/child-process.js's business.)

const { ChildProcess } = require('node:child_process');
const { asBuiltin } = require('./classes.js');

/** By this variable cluster tells its workers who they are (https://nodejs.org/api/cluster.html#how-it-works). */
const isClusterWorker = ({ envPairs }) => envPairs?.some((pair) => pair.startsWith('NODE_UNIQUE_ID='));

/** A worker asks by internal messages; the servers that answering them makes are Node's. */
function answerAsNode(child) {
  const { emit } = child;
  child.emit = function (event, ...args) {
    const deliver = () => Reflect.apply(emit, this, [event, ...args]);
    return event === 'internalMessage' ? asBuiltin(deliver) : deliver();
  };
}

const { spawn } = ChildProcess.prototype;

const childMembers = {
  spawn(options) {
    const status = Reflect.apply(spawn, this, [options]);
    if (isClusterWorker(options)) answerAsNode(this);
    return status;
  },
};

/** [object, members] pairs, for children to come. */
const childChanges = () => [[ChildProcess.prototype, childMembers]];

module.exports = { childChanges };
