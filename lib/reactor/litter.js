'use strict';
// Has V8's young collector free what large chunks take, before a full collection has to.
//
// The memory of a Buffer is outside V8's heap, and 64 MiB of that bring a full collection (V8's src/heap/heap.h, external
// memory limits): a fifth of the time of a program that does nothing but read. The young collector would free the chunks
// for far less, but it comes when the young heap is full, of which a chunk takes a few hundred bytes for 64 KiB. Until V8 12
// so much memory outside calls the young collector too (`Heap::AllocateExternalBackingStore`); its limit is higher since.
// So a large chunk leaves garbage, as much as fills the young heap, however large that has become, in 27 MiB of chunks:
// the program may take as much memory again for what it makes of them.

const v8 = require('node:v8');

/** Chunks between two looks at the young heap. */
const LOOK_EVERY = 512;

/** Garbage of a chunk, of the size of the young heap. An element of an array has 8 bytes. */
const SHARE = 512;
const ELEMENT = 8;

/** Bun has another engine, with other limits. */
const isNeeded = !process.versions.bun && Number.parseInt(process.versions.v8, 10) > 12;

/** A property, or V8 could find that nobody needs the garbage. */
const last = { garbage: null };
let elements = 0;
let untilLook = 0;

/** Bytes: half of its memory is for what survives. */
function youngHeap() {
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return young === undefined ? 0 : young.space_size / 2;
}

/** A large chunk is given to the program. */
function litter() {
  if (!isNeeded) return;
  if (untilLook-- === 0) {
    untilLook = LOOK_EVERY;
    elements = Math.floor(youngHeap() / (SHARE * ELEMENT));
  }
  last.garbage = new Array(elements);
}

module.exports = { litter };
