'use strict';
// Where a net.Socket keeps what is no program's business. The files socket-*.js share these names.

module.exports = {
  /** The handle, or null. */
  kHandle: Symbol('handle'),
  /** TCP options as they were asked for: { noDelay, keepAlive, keepAliveDelay, ... }. */
  kOptions: Symbol('socketOptions'),
  /** Bytes read and written, once there is no handle any more. */
  kCounts: Symbol('counts'),
  /** The peer's address, once it was asked for. */
  kPeer: Symbol('peername'),
  /** The program's own buffer and callback, or null. */
  kOnread: Symbol('onread'),
  /** The write that is under way: { data, offset, pieces, request, seen }, or null. */
  kWriting: Symbol('writing'),
  /** Whether reads bring much at a time: worth a relay. */
  kBulk: Symbol('bulk'),
  /** Whether closing sends RST. */
  kReset: Symbol('resetting'),
};
