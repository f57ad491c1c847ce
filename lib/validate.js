'use strict';
// Checks of what programs pass in, with Node's order and wording.

const {
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_OUT_OF_RANGE,
  ERR_SOCKET_BAD_PORT,
} = require('./errors.js');

function type(value, expected, name) {
  if (typeof value !== expected) throw new ERR_INVALID_ARG_TYPE(name, `of type ${expected}`, value);
}

const validateString = (value, name) => type(value, 'string', name);
const validateBoolean = (value, name) => type(value, 'boolean', name);
const validateFunction = (value, name) => type(value, 'function', name);

function validateNumber(value, name, min, max) {
  type(value, 'number', name);
  if (
    (min != null && value < min) ||
    (max != null && value > max) ||
    ((min != null || max != null) && Number.isNaN(value))
  ) {
    const low = min != null ? `>= ${min}` : '';
    const high = max != null ? `<= ${max}` : '';
    throw new ERR_OUT_OF_RANGE(name, [low, high].filter(Boolean).join(' && '), value);
  }
}

function validateInteger(value, name, min, max) {
  type(value, 'number', name);
  if (!Number.isInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
}

const validateInt32 = (value, name, min = -0x80000000, max = 0x7fffffff) =>
  validateInteger(value, name, min, max);

const validateUint32 = (value, name) => validateInteger(value, name, 0, 0xffffffff);

/** A plain object: arrays and functions are none. */
function validateObject(value, name) {
  if (value === null || Array.isArray(value) || typeof value !== 'object')
    throw new ERR_INVALID_ARG_TYPE(name, 'of type object', value);
}

function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal)))
    throw new ERR_INVALID_ARG_TYPE(name, 'an instance of AbortSignal', signal);
}

function isPort(port, allowZero) {
  if (typeof port !== 'number' && typeof port !== 'string') return false;
  if (typeof port === 'string' && port.trim().length === 0) return false;
  return +port === +port >>> 0 && +port <= 0xffff && (allowZero || +port !== 0);
}

/** A port number, or its text; the number is returned. */
function validatePort(port, name = 'Port', allowZero = true) {
  if (!isPort(port, allowZero)) throw new ERR_SOCKET_BAD_PORT(name, port, allowZero);
  return port | 0;
}

function validateNoNullBytes(value, name) {
  if (typeof value === 'string' && value.includes('\0'))
    throw new ERR_INVALID_ARG_VALUE(name, value, 'must be a string without null bytes');
}

module.exports = {
  validateAbortSignal,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateNoNullBytes,
  validateNumber,
  validateObject,
  validatePort,
  validateString,
  validateUint32,
};
