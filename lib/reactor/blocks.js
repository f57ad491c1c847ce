'use strict';
// What streams read and write, and the memory for it: blocks that native code knows, so that a chunk crosses as an index
// and a length.

const { Buffer } = require('node:buffer');
const { litter } = require('./litter.js');

/** A read asks for this much, as libuv does for TCP. */
const BLOCK_SIZE = 65536;

/**
 * Text of so many characters fits into a block in every encoding; bytes are copied into it up to a size where that costs
 * less than looking a Buffer up (napi_get_buffer_info).
 */
const MAX_TEXT = BLOCK_SIZE / 4;
const MAX_SMALL = 1024;

/** A chunk of more than this is large. */
const LARGE = BLOCK_SIZE / 4;

let reactor = null;

/** Native functions that take a handle's index (src/bridge/calls.rs). */
let calls = null;

/** What a read fills. Native code holds it, and no program sees it before it is given away. */
let block = Buffer.allocUnsafeSlow(BLOCK_SIZE);

/** The first bytes of the block, by how many: set() from one costs a quarter of what copy() does. */
const views = new Array(MAX_SMALL + 1);

/** Memory for a read that will likely bring much. Native code need not keep it: it is the program's after that. */
let bulk = null;

/** What the last read has filled: the block, or `bulk`. */
let filled = null;

/** What small writes and texts leave from. */
const small = Buffer.allocUnsafeSlow(BLOCK_SIZE);

/** Lends the memory to a reactor, whose functions are called from here on. */
function lend(to, itsCalls) {
  reactor = to;
  calls = itsCalls;
  reactor.setStreamBlock(block);
  reactor.setSmallBlock(small);
}

/** The reactor has retired. */
function takeBack() {
  reactor = null;
  calls = null;
}

/** Reads what takeRead() gives out. This and the others: a count, or a negative error number. */
function read(index) {
  filled = block;
  return calls.read(index);
}

/** A read of a stream whose last one brought much. */
function readBulk(index) {
  bulk ??= Buffer.allocUnsafeSlow(BLOCK_SIZE);
  filled = bulk;
  return calls.readInto(index, bulk);
}

/** Reads into memory of the program. */
const readInto = (index, buffer) => calls.readInto(index, buffer);

/**
 * The first `length` bytes of what was read as a Buffer of the program's own. Few are copied, so that one that is kept
 * does not pin the memory; memory that is mostly full is given away and replaced.
 */
function takeRead(length) {
  const full = filled;
  if (length > LARGE) litter();
  if (length <= BLOCK_SIZE >> 1) return copyOf(full, length);
  if (full === bulk) {
    bulk = null;
  } else {
    block = Buffer.allocUnsafeSlow(BLOCK_SIZE);
    views.fill(undefined);
    reactor.setStreamBlock(block);
  }
  return length === BLOCK_SIZE ? full : full.subarray(0, length);
}

function copyOf(full, length) {
  const copy = Buffer.allocUnsafe(length);
  if (full === block && length <= MAX_SMALL) copy.set((views[length] ??= full.subarray(0, length)));
  else full.copy(copy, 0, 0, length);
  return copy;
}

/** Writes what fits of a Buffer, from `offset` on. */
function write(index, data, offset) {
  const { length } = data;
  if (offset > 0 || length > MAX_SMALL) return calls.write(index, data, offset);
  // An empty one may be detached, of which set() would throw.
  if (length > 0) small.set(data);
  return calls.writeSmall(index, length);
}

/** The number of bytes of a text that writeSmall() can write; -1 if it is too long for that. */
function putText(text, encoding) {
  return text.length > MAX_TEXT ? -1 : small.write(text, encoding);
}

/** Writes the first `length` bytes of the block for small writes. */
const writeSmall = (index, length) => calls.writeSmall(index, length);

module.exports = { lend, putText, read, readBulk, readInto, small, takeBack, takeRead, write, writeSmall };
