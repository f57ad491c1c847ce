'use strict';
// Handles that Node made (TCP, Pipe and UDP of its native code): what they are, and how their descriptor becomes that
// of a handle of ours. It is duplicated; the caller closes Node's handle, or keeps it where closing it means more than
// giving a number back (a bound unix socket removes its file, a handle of cluster tells the primary).

const binding = require('../binding.js');
const { errnoOf } = require('../errors.js');

const EBADF = errnoOf('EBADF');

/** What a handle of each of Node's classes has for a descriptor, as guessHandleType says it. */
const KINDS = { TCP: 'TCP', Pipe: 'PIPE', UDP: 'UDP' };

/** Marks our stream handles, which are no native objects. */
const kStream = Symbol('ferronet stream');

/** Whether it is a handle of ours, of any kind. */
const isOurs = (handle) =>
  kStream in handle || handle instanceof binding.Server || handle instanceof binding.UdpSocket;

/** 'TCP', 'PIPE' or 'UDP' for a handle of Node's, with or without a descriptor; undefined for anything else. */
function nativeKind(handle) {
  if (handle === null || typeof handle !== 'object' || isOurs(handle)) return undefined;
  // Plain objects that stand in for a handle, and what wraps one (TLSWrap, JSStream), have other names.
  if (typeof handle.fd !== 'number' || typeof handle.getAsyncId !== 'function') return undefined;
  const name = handle.constructor?.name;
  return Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
}

/** 'TCP' or 'PIPE' for a connected stream of Node's; undefined for what only Node can drive. */
function adoptableKind(handle) {
  const kind = nativeKind(handle);
  if (kind === undefined || kind === 'UDP' || binding.guessHandleType(handle.fd) !== kind) return undefined;
  const connected = kind === 'PIPE' || handle.getpeername({}) === 0;
  return connected ? kind : undefined;
}

/** Calls `open(fd)` with a duplicate of the handle's descriptor: 0 or a negative error number. */
function openDuplicate(native, open) {
  if (native.fd < 0) return EBADF;
  const fd = binding.duplicateDescriptor(native.fd);
  return fd < 0 ? fd : open(fd);
}

module.exports = { adoptableKind, isOurs, kStream, nativeKind, openDuplicate };
