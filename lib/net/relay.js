'use strict';
// The relay: while one socket is piped into another and nobody else looks at the data, the bytes of a read stay in native
// hands until they are written (lib/handles/transfer.js). The streams are given a stand-in of the same length, so that all they
// do with a chunk, and all that a program sees of it, is as ever: events, counters, back-pressure, idle time, errors.
// Whether anybody looks is asked again before every read.

const { Buffer } = require('node:buffer');
const { EventEmitter } = require('node:events');
const { Readable, Writable } = require('node:stream');
const { errnoException } = require('../errors.js');
const { kHandle, kWriting } = require('./socket-state.js');
const { CAPACITY, NO_BUFFER, Transfer } = require('../handles/transfer.js');

/** The listener by which pipe() writes, as text: every pipe makes a new one. */
const pipeListener = (() => {
  const source = new Readable({ read() {} });
  source.pipe(new Writable({ write() {} }));
  const text = textOf(source.listeners('data')[0]);
  source.unpipe();
  // Node's own: it does nothing with the chunk but to write it.
  return /\bdest\.write\(chunk\)/.test(text) ? text : null;
})();

function textOf(listener) {
  return Function.prototype.toString.call(listener);
}

/** Listeners that were found to be pipe's. */
const known = new WeakSet();

function isPipeListener(listener) {
  if (known.has(listener)) return true;
  if (textOf(listener) !== pipeListener) return false;
  known.add(listener);
  return true;
}

/** The members that a chunk passes, as they are when the program has replaced none. */
let members = null;

/** From here on `prototype`, net.Socket's, is what nobody has changed yet. */
function watch(prototype) {
  members = {
    emit: EventEmitter.prototype.emit,
    push: prototype.push,
    write: prototype.write,
    _write: prototype._write,
    _writeGeneric: prototype._writeGeneric,
  };
}

/** Whether what the stream is given passes through it to the listeners of 'data', as it is and at once. */
function isPassing(socket) {
  return (
    socket.readableFlowing === true &&
    socket.readableLength === 0 &&
    socket.readableEncoding === null &&
    socket.push === members.push &&
    socket.emit === members.emit
  );
}

/** Whether all that a read of the socket brings goes to one other socket, at once, unseen. */
function isRelayed(socket) {
  const { pipes } = socket._readableState;
  if (pipes?.length !== 1 || !isPassing(socket)) return false;
  const listeners = socket.rawListeners('data');
  return listeners.length === 1 && isPipeListener(listeners[0]) && takesAtOnce(pipes[0]);
}

/** Whether a write to it would reach the handle at once. */
function takesAtOnce(target) {
  return (
    target[kHandle]?.isOpen === true &&
    target[kWriting] === null &&
    target.writable &&
    target.writableLength === 0 &&
    target.writableCorked === 0 &&
    !target.writableNeedDrain &&
    target.write === members.write &&
    target._write === members._write &&
    target._writeGeneric === members._writeGeneric
  );
}

/** What was read and is not delivered yet, or is being delivered and was not written yet. */
let transfer = null;
/** The chunk that stands for it. */
let standIn = null;
let block = null;
/** All that was ever relayed, in bytes: tests ask. */
let total = 0;

/** Reads into a transfer: as a handle's read() does, or null where it has to be a usual read. */
function relayFrom(socket, handle) {
  if (!isRelayed(socket)) return null;
  const filled = handle.fill();
  if (filled instanceof Transfer) {
    transfer = filled;
    return filled.length;
  }
  // The end is told by a usual read.
  return filled === NO_BUFFER || filled === 0 ? null : filled;
}

/** Nobody is left to deliver to. */
function abandon() {
  transfer?.abandon();
  transfer = null;
}

/** Whether there is something to deliver(). */
const isPending = () => transfer !== null;

/** The stand-in becomes what it stands for. Where it cannot, nobody shall take it for data: both ends fail. */
function fillIn(socket) {
  const count = transfer.copyTo(standIn);
  transfer = null;
  block = null;
  if (count > 0) return true;
  for (const end of [socket, ...socket._readableState.pipes]) end.destroy(errnoException(count, 'read'));
  return false;
}

/** Gives the stand-in to the stream; what push() answers. */
function deliver(socket) {
  const { length } = transfer;
  block ??= Buffer.alloc(CAPACITY);
  standIn = block.subarray(0, length);
  // The program's async hooks have run since the read.
  if (!isRelayed(socket) && !fillIn(socket)) return false;
  try {
    return socket.push(standIn);
  } finally {
    if (transfer !== null) fillIn(socket);
    standIn = null;
  }
}

/** What a write has to write: the transfer in place of its stand-in, else the data. */
function claim(data) {
  if (data !== standIn || transfer === null) return data;
  const claimed = transfer;
  transfer = null;
  total += claimed.length;
  return claimed;
}

module.exports = {
  abandon,
  claim,
  deliver,
  isPassing,
  isPending,
  relayFrom,
  relayedBytes: () => total,
  watch,
};
