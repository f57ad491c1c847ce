'use strict';
// Chunks as a program writes them, texts and Buffers, on their way to the kernel together.

const { Buffer } = require('node:buffer');

/** Bytes of a character at most, in any encoding. */
const MAX_BYTES = 4;

/** A chunk of so many bytes at most is copied: that costs less than looking a Buffer up (napi_get_buffer_info). */
const SMALL = 512;

/** So many bytes are copied rather than looked up in a few pieces. */
const FEW = 16384;

/** What small chunks next to each other are copied to is not larger. */
const MAX_RUN = 65536;

/** Some Nodes let a text with the encoding 'buffer' come this far: among other chunks it is UTF-8. */
const encodingOf = (encoding) => (encoding === 'buffer' ? 'utf8' : encoding);

/** A chunk as bytes. */
function bytesOf(chunk, encoding) {
  return typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : chunk;
}

const mostBytes = ({ chunk }) => (typeof chunk === 'string' ? chunk.length * MAX_BYTES : chunk.length);

/** Copies chunks to memory with room for them: how many bytes they are. */
function copy(chunks, first, end, memory) {
  let length = 0;
  for (let i = first; i < end; i++) {
    const { chunk, encoding } = chunks[i];
    if (typeof chunk === 'string') {
      length += memory.write(chunk, length, encodingOf(encoding));
    } else if (chunk.length > 0) {
      memory.set(chunk, length);
      length += chunk.length;
    }
  }
  return length;
}

/** Copies all chunks to the beginning of a block, if they are few bytes: how many, or -1. */
function gather(chunks, block) {
  let room = 0;
  for (const chunk of chunks) {
    room += mostBytes(chunk);
    if (room > FEW) return -1;
  }
  return copy(chunks, 0, chunks.length, block);
}

/** Where the run of small chunks ends that begins at `first`, and how much room it takes. */
function runFrom(chunks, first) {
  let end = first;
  let room = 0;
  while (end < chunks.length) {
    const most = mostBytes(chunks[end]);
    if (most > SMALL || room + most > MAX_RUN) break;
    room += most;
    end++;
  }
  return { end, room };
}

/** The chunks as Buffers: large ones as they are, of small ones next to each other one. */
function buffersOf(chunks) {
  const buffers = [];
  for (let next = 0; next < chunks.length; ) {
    const { end, room } = runFrom(chunks, next);
    if (end - next > 1) {
      const run = Buffer.allocUnsafe(room);
      buffers.push(run.subarray(0, copy(chunks, next, end, run)));
      next = end;
    } else {
      const { chunk, encoding } = chunks[next++];
      buffers.push(bytesOf(chunk, encoding));
    }
  }
  return buffers;
}

module.exports = { buffersOf, bytesOf, gather };
