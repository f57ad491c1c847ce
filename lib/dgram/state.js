'use strict';
// What a dgram.Socket keeps, for the files that share its prototype.

const { ERR_SOCKET_DGRAM_NOT_RUNNING, errnoException } = require('../errors.js');

const kState = Symbol('state');

/** The state of a socket that is not closed. */
function running(socket) {
  const state = socket[kState];
  if (!state.handle) throw new ERR_SOCKET_DGRAM_NOT_RUNNING();
  return state;
}

/** Runs `task` when binding has ended well. */
function whenBound(socket, task) {
  const state = socket[kState];
  if (state.queue === undefined) {
    state.queue = [];
    socket.once('listening', runQueue);
    socket.once('error', dropQueue);
  }
  state.queue.push(task);
}

function runQueue() {
  this.removeListener('error', dropQueue);
  const { queue } = this[kState];
  this[kState].queue = undefined;
  for (const task of queue) task();
}

function dropQueue() {
  this.removeListener('listening', runQueue);
  this[kState].queue = undefined;
}

/** What the handle calls (lib/handles/udp.js). */
const events = {
  message(socket, message, info) {
    const { handle, receiveBlockList } = socket[kState];
    if (!handle) return;
    if (receiveBlockList?.check(info.address, info.family.toLowerCase())) return;
    socket.emit('message', message, info);
  },

  error(socket, status) {
    if (socket[kState].handle) socket.emit('error', errnoException(status, 'recvmsg'));
  },
};

module.exports = { events, kState, running, whenBound };
