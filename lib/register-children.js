'use strict';
// Child processes: their channel carries handles of Node's only, and cluster's primary listens by Node's own servers,
// whose connections it can send.

const { ChildProcess } = require('node:child_process');
const { ERR_INVALID_HANDLE_TYPE } = require('./errors.js');
const { Server } = require('./server.js');
const { Socket } = require('./socket.js');
const { Socket: UdpSocket } = require('./udp-socket.js');
const { asBuiltin, isInstance } = require('./register-classes.js');

const isOurs = (object) => [Socket, Server, UdpSocket].some((Class) => isInstance(object, Class));

/** The channel's own check asks `instanceof`, and would give our handle to native code, which takes it for its own. */
function channelMembers({ _send }) {
  if (typeof _send !== 'function') return {};
  return {
    _send(message, handle, ...rest) {
      if (isOurs(handle)) throw new ERR_INVALID_HANDLE_TYPE();
      return Reflect.apply(_send, this, [message, handle, ...rest]);
    },
  };
}

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
    Object.assign(this, channelMembers(this));
    if (isClusterWorker(options)) answerAsNode(this);
    return status;
  },
};

/** [object, members] pairs: for children to come, and for the channel to this process's own parent. */
const childChanges = () => [
  [ChildProcess.prototype, childMembers],
  [process, channelMembers(process)],
];

module.exports = { childChanges };
