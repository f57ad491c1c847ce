'use strict';
// The memory through which datagrams cross to and from native code, shared by all UDP handles of the environment.
// src/bridge/udp_socket.rs names the same columns.

const { Buffer } = require('node:buffer');
const turn = require('../reactor/turn.js');

/** Messages per receive, and the room of each (src/sys/linux.rs SLOTS, src/sys/mod.rs SLOT). */
const SLOTS = 16;
const SLOT_SIZE = 65536;

/** Columns of `received`: offset, length, segment, port, IPv4 address, flags. */
const RECEIVED_COLUMNS = 6;

/** Columns of `outgoingInfo`: length, peer, port. Results come back in the first one. */
const OUTGOING_COLUMNS = 3;
const MAX_OUTGOING = 1024;
const OUTGOING_SIZE = 262144;

/** The first bytes of the block of datagrams, by how many up to this: set() from one costs a quarter of what copy() does. */
const MAX_SMALL = 1024;

let blocks = null;

function theBlocks() {
  if (blocks === null) {
    const datagrams = Buffer.allocUnsafeSlow(SLOTS * SLOT_SIZE);
    const received = new Int32Array(SLOTS * RECEIVED_COLUMNS);
    const outgoing = Buffer.allocUnsafeSlow(OUTGOING_SIZE);
    const outgoingInfo = new Int32Array(MAX_OUTGOING * OUTGOING_COLUMNS);
    turn
      .theReactor()
      .setDatagramBlocks(datagrams, Buffer.from(received.buffer), outgoing, Buffer.from(outgoingInfo.buffer));
    blocks = { datagrams, received, outgoing, outgoingInfo, views: new Array(MAX_SMALL + 1) };
  }
  return blocks;
}

function firstBytes(length) {
  const { datagrams, views } = theBlocks();
  return (views[length] ??= datagrams.subarray(0, length));
}

turn.onRetire(() => {
  blocks = null;
});

module.exports = {
  MAX_OUTGOING,
  MAX_SMALL,
  OUTGOING_COLUMNS,
  OUTGOING_SIZE,
  RECEIVED_COLUMNS,
  firstBytes,
  theBlocks,
};
