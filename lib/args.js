'use strict';
// The overloaded forms of net's and dgram's functions, each turned into one plain record. Nothing here
// touches a socket.

const { Buffer } = require('node:buffer');
const {
  ERR_BUFFER_OUT_OF_BOUNDS,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_SOCKET_DGRAM_IS_CONNECTED,
} = require('./errors.js');
const { validateObject } = require('./validate.js');

/** Marks an argument array that was normalized already (Node's http and tls pass such arrays on). */
const normalized = Symbol('normalizedArgs');

/** A number, or what Number() makes one of, that is not negative; else false. White space counts as 0 there. */
function toNumber(value) {
  const number = Number(value);
  return number >= 0 ? number : false;
}

const isPipeName = (value) => typeof value === 'string' && toNumber(value) === false;

/**
 * (options[, cb]), (path[, cb]) and ([port][, host][...][, cb]) become [options, cb or null]; other arguments
 * between are listen's business (backlog).
 */
function normalizeArgs(args) {
  let options = {};
  if (args.length > 0) {
    const first = args[0];
    if (typeof first === 'object' && first !== null) {
      options = first;
    } else if (isPipeName(first)) {
      options.path = first;
    } else {
      options.port = first;
      if (args.length > 1 && typeof args[1] === 'string') options.host = args[1];
    }
  }
  const last = args.at(-1);
  const result = [options, typeof last === 'function' ? last : null];
  result[normalized] = true;
  return result;
}

/** createServer([options][, connectionListener]). */
function serverArgs(options, connectionListener) {
  if (typeof options === 'function') return [{}, options];
  if (options == null || typeof options === 'object') return [{ ...options }, connectionListener];
  throw new ERR_INVALID_ARG_TYPE('options', 'of type object', options);
}

/** new Socket([options]), where a number is a descriptor. */
function socketOptions(options) {
  if (options == null) return {};
  return typeof options === 'number' ? { fd: options } : { ...options };
}

/** udp.bind([port][, address][, callback]) or bind(options[, callback]). */
function bindArgs(portOrOptions, addressOrCallback) {
  if (portOrOptions !== null && typeof portOrOptions === 'object') {
    const { port, address, exclusive, fd } = portOrOptions;
    return { port, address: address || '', exclusive: Boolean(exclusive), fd };
  }
  const address = typeof addressOrCallback === 'function' ? '' : addressOrCallback;
  return { port: portOrOptions, address, exclusive: false };
}

/**
 * udp.send(msg[, offset, length][, port][, address][, callback]). A connected socket takes no port and address;
 * whether an unconnected one was given offset and length is told by what follows them.
 */
function sendArgs(connected, buffer, offset, length, port, address, callback) {
  if (connected) return connectedArgs(buffer, offset, length, port, address, callback);
  if (address || (port && typeof port !== 'function')) {
    return { buffer: sliced(buffer, offset, length), port, address, callback };
  }
  return { buffer, port: offset, address: length, callback: port };
}

/** A connected socket's send([offset, length][, callback]): a port or an address is one too many. */
function connectedArgs(buffer, offset, length, port, address, callback) {
  const ranged = typeof length === 'number';
  if (ranged && typeof port === 'function') {
    callback = port;
    port = undefined;
  }
  const message = ranged
    ? { buffer: sliced(buffer, offset, length), callback }
    : { buffer, callback: offset };
  if (port || address) throw new ERR_SOCKET_DGRAM_IS_CONNECTED();
  return message;
}

/** The part of a message that offset and length name. */
function sliced(buffer, offset, length) {
  if (typeof buffer === 'string') buffer = Buffer.from(buffer);
  else if (!ArrayBuffer.isView(buffer)) throw new ERR_INVALID_ARG_TYPE('buffer', BYTES, buffer);
  offset >>>= 0;
  length >>>= 0;
  if (offset > buffer.byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS('offset');
  if (offset + length > buffer.byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS('length');
  return Buffer.from(buffer.buffer, buffer.byteOffset + offset, length);
}

const BYTES = 'of type string or an instance of Buffer, TypedArray, or DataView';

const bytesOf = (view) =>
  view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A message, or an array of its parts, as byte arrays. */
function messageParts(message) {
  if (typeof message === 'string') return [Buffer.from(message)];
  if (ArrayBuffer.isView(message)) return [bytesOf(message)];
  if (!Array.isArray(message)) throw new ERR_INVALID_ARG_TYPE('buffer', BYTES, message);
  // Unlike map, this sees holes.
  return Array.from(message, (part) => {
    if (typeof part === 'string') return Buffer.from(part);
    if (!ArrayBuffer.isView(part)) throw new ERR_INVALID_ARG_TYPE('buffer list arguments', BYTES, message);
    return bytesOf(part);
  });
}

/** bindSync([options]) takes a plain object only. */
function bindSyncArgs(options = {}) {
  validateObject(options, 'options');
  return options;
}

/** setKeepAlive({enable, initialDelay, interval, count}) or its arguments in that order. */
function keepAliveArgs(enable, initialDelay, interval, count) {
  if (enable !== null && typeof enable === 'object') return enable;
  return { enable, initialDelay, interval, count };
}

/** Options that a byte stream cannot have. */
function refuseObjectMode(options) {
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    if (options[name]) throw new ERR_INVALID_ARG_VALUE(`options.${name}`, options[name], 'is not supported');
  }
}

module.exports = {
  bindArgs,
  bindSyncArgs,
  isPipeName,
  messageParts,
  keepAliveArgs,
  normalizeArgs,
  normalized,
  refuseObjectMode,
  sendArgs,
  serverArgs,
  socketOptions,
  toNumber,
};
