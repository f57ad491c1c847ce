'use strict';
// child.send(message, socket) and spawn's `stdio` with sockets and servers of ours.
// https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback

const { subscribeWeakly } = require('../channels.js');
// What lib/processes/hand-over.js takes from Node's modules has to be taken before they change.
require('../builtins.js');
const { kHandle } = require('../net/socket-state.js');

/** The channel's end in this process, a ChildProcess or `process`: what sends through it takes ours as well. */
function teachChannel(end) {
  const { _send: send, _disconnect: disconnect } = end;
  if (typeof send !== 'function') return;
  /** Functions that close the copies of what is not sent yet. */
  const unsent = new Set();
  end._send = function (message, handle, options, callback) {
    const handedOver = handle ? require('./hand-over.js').builtinCopy(handle) : undefined;
    if (handedOver === undefined) return send.call(this, message, handle, options, callback);
    const { copy, detach, release } = handedOver;
    unsent.add(release);
    function onSent(error) {
      if (unsent.delete(release)) release();
      if (typeof callback === 'function') callback(error);
      else if (error) end.emit('error', error);
    }
    try {
      const room = send.call(this, message, copy, options, onSent);
      // The connection is not the copy's any more: the channel closes it when the other side has it.
      if (!options?.keepOpen) detach?.();
      return room;
    } catch (error) {
      unsent.delete(release);
      release();
      throw error;
    }
  };
  end._disconnect = function () {
    disconnect.call(this);
    for (const release of unsent) release();
    unsent.clear();
  };
}

/** The connection of a socket that the child gets as one of its descriptors is the child's to read. */
function leaveReading(socket) {
  socket[kHandle].readStop();
  socket.pause();
  socket._readableState.reading = false;
}

/** A child that is being made: its own `spawn` comes before that of its class, once. */
function prepare(child) {
  const { spawn } = child;
  child.spawn = function (options) {
    delete child.spawn;
    const { stdio } = options;
    const given = Array.isArray(stdio) ? stdio.filter((entry) => entry?.[kHandle]?.fd >= 0) : [];
    if (given.length > 0) {
      options.stdio = stdio.map((entry) => (given.includes(entry) ? entry[kHandle].fd : entry));
    }
    const status = spawn.call(child, options);
    for (const socket of given) leaveReading(socket);
    teachChannel(child);
    return status;
  };
}

teachChannel(process);
const onChild = ({ process: child }) => prepare(child);
subscribeWeakly('child_process', onChild);

module.exports = { onChild };
