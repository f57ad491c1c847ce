'use strict';
// The only place that constructs an Error: Node's codes, texts, own keys and their order.
// Texts: https://nodejs.org/api/errors.html and what the running Node prints.

const { format, inspect, getSystemErrorMap } = require('node:util');

/** Error number (negative, libuv's) to [name, description]. */
const systemErrors = getSystemErrorMap();
const numbers = new Map([...systemErrors].map(([errno, [name]]) => [name, errno]));

/** The errno of a name such as 'EADDRINUSE', negative as libuv numbers them here. */
const errnoOf = (name) => numbers.get(name);

const AGAIN = errnoOf('EAGAIN');
/** What native code answers after a panic: the socket is closed (src/fault.rs). */
const FAILED = errnoOf('EIO');

function nameOf(errno) {
  return systemErrors.get(errno)?.[0] ?? `Unknown system error ${errno}`;
}

function descriptionOf(errno) {
  return systemErrors.get(errno)?.[1] ?? nameOf(errno);
}

/**
 * Makes an error class whose instances look like Node's: `code` in the name of the stack's first line and
 * of toString(), `name` the plain class name. `fields` gives further own keys.
 */
function coded(Base, code, text, fields) {
  class NodeError extends Base {
    constructor(...args) {
      super(text(...args));
      Object.defineProperty(this, 'name', { value: `${Base.name} [${code}]`, configurable: true });
      // Reading the stack fixes the name with its code into it, as Node's errors have it.
      void this.stack;
      delete this.name;
      this.code = code;
      if (fields) Object.assign(this, fields(...args));
    }

    toString() {
      return `${this.name} [${code}]: ${this.message}`;
    }
  }
  Object.defineProperty(NodeError, 'name', { value: Base.name });
  Object.defineProperty(NodeError.prototype, 'constructor', {
    value: Base,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(NodeError.prototype, 'toString', { enumerable: false });
  return NodeError;
}

/** What Node's texts say of a value: "Received type number (5)", "Received an instance of Foo". */
function received(value) {
  if (value == null) return ` Received ${value}`;
  if (typeof value === 'function') return ` Received function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor?.name) return ` Received an instance of ${value.constructor.name}`;
    return ` Received ${inspect(value, { depth: -1 })}`;
  }
  if (typeof value === 'string') return ` Received type string (${quoted(value)})`;
  return ` Received type ${typeof value} (${shortened(inspect(value, { colors: false }))})`;
}

const shortened = (text) => (text.length > 28 ? `${text.slice(0, 25)}...` : text);

/** A string is shortened before it is quoted, and its control characters stay. */
function quoted(string) {
  const text = shortened(string);
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}

function subject(name) {
  if (name.endsWith(' argument')) return `The ${name}`;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

function rangeText(value) {
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) return grouped(String(value));
  if (typeof value === 'bigint') {
    const text = String(value);
    return `${value > 2n ** 32n || value < -(2n ** 32n) ? grouped(text) : text}n`;
  }
  return inspect(value);
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, '_');

function argumentValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  return `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${text}`;
}

/** The permission model's, which is made by Node's native part: no code in the first line of its stack. */
class ERR_ACCESS_DENIED extends Error {
  constructor(permission, resource, flag) {
    super(`Access to this API has been restricted. Use ${flag} to manage permissions.`);
    Object.assign(this, { code: 'ERR_ACCESS_DENIED', permission, resource });
  }
}
Object.defineProperty(ERR_ACCESS_DENIED.prototype, 'constructor', { value: Error });

const ERR_BUFFER_OUT_OF_BOUNDS = coded(
  RangeError,
  'ERR_BUFFER_OUT_OF_BOUNDS',
  (name) => `"${name}" is outside of buffer bounds`,
);
const ERR_INVALID_ADDRESS_FAMILY = coded(
  RangeError,
  'ERR_INVALID_ADDRESS_FAMILY',
  (family, host, port) => `Invalid address family: ${family} ${host}:${port}`,
  (_family, host, port) => ({ host, port }),
);
/** `expected` is the middle of the sentence: 'of type string', 'an instance of AbortSignal'. */
const ERR_INVALID_ARG_TYPE = coded(
  TypeError,
  'ERR_INVALID_ARG_TYPE',
  (name, expected, value) => `${subject(name)} must be ${expected}.${received(value)}`,
);
const ERR_INVALID_ARG_VALUE = coded(TypeError, 'ERR_INVALID_ARG_VALUE', argumentValue);
const ERR_INVALID_FD_TYPE = coded(TypeError, 'ERR_INVALID_FD_TYPE', (type) => `Unsupported fd type: ${type}`);
const ERR_INVALID_HANDLE_TYPE = coded(
  TypeError,
  'ERR_INVALID_HANDLE_TYPE',
  () => 'This handle type cannot be sent',
);
const ERR_INVALID_IP_ADDRESS = coded(TypeError, 'ERR_INVALID_IP_ADDRESS', (address) =>
  format('Invalid IP address: %s', address),
);
const ERR_IP_BLOCKED = coded(Error, 'ERR_IP_BLOCKED', (ip) => `IP(${ip}) is blocked by net.BlockList`);
const ERR_MISSING_ARGS = coded(TypeError, 'ERR_MISSING_ARGS', (...names) => {
  const quoted = names.map((name) =>
    Array.isArray(name) ? name.map((n) => `"${n}"`).join(' or ') : `"${name}"`,
  );
  if (quoted.length === 1) return `The ${quoted[0]} argument must be specified`;
  return `The ${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)} arguments must be specified`;
});
const ERR_OUT_OF_RANGE = coded(
  RangeError,
  'ERR_OUT_OF_RANGE',
  (name, range, value) =>
    `The value of "${name}" is out of range. It must be ${range}. Received ${rangeText(value)}`,
);
const ERR_SERVER_ALREADY_LISTEN = coded(
  Error,
  'ERR_SERVER_ALREADY_LISTEN',
  () => 'Listen method has been called more than once without closing.',
);
const ERR_SERVER_NOT_RUNNING = coded(Error, 'ERR_SERVER_NOT_RUNNING', () => 'Server is not running.');
const ERR_SOCKET_ALREADY_BOUND = coded(Error, 'ERR_SOCKET_ALREADY_BOUND', () => 'Socket is already bound');
const ERR_SOCKET_BAD_BUFFER_SIZE = coded(
  TypeError,
  'ERR_SOCKET_BAD_BUFFER_SIZE',
  () => 'Buffer size must be a positive integer',
);
const ERR_SOCKET_BAD_PORT = coded(
  RangeError,
  'ERR_SOCKET_BAD_PORT',
  (name, value, allowZero) => `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536.${received(value)}.`,
);
const ERR_SOCKET_BAD_TYPE = coded(
  TypeError,
  'ERR_SOCKET_BAD_TYPE',
  () => 'Bad socket type specified. Valid types are: udp4, udp6',
);
const ERR_SOCKET_CLOSED = coded(Error, 'ERR_SOCKET_CLOSED', () => 'Socket is closed');
const ERR_SOCKET_CLOSED_BEFORE_CONNECTION = coded(
  Error,
  'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
  () => 'Socket closed before the connection was established',
);
const ERR_SOCKET_CONNECTION_TIMEOUT = coded(
  Error,
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  () => 'Socket connection timeout',
);
const ERR_SOCKET_DGRAM_IS_CONNECTED = coded(
  Error,
  'ERR_SOCKET_DGRAM_IS_CONNECTED',
  () => 'Already connected',
);
const ERR_SOCKET_DGRAM_NOT_CONNECTED = coded(Error, 'ERR_SOCKET_DGRAM_NOT_CONNECTED', () => 'Not connected');
const ERR_SOCKET_DGRAM_NOT_RUNNING = coded(Error, 'ERR_SOCKET_DGRAM_NOT_RUNNING', () => 'Not running');

const ERR_SOCKET_HANDLE_ADOPTED = coded(
  Error,
  'ERR_SOCKET_HANDLE_ADOPTED',
  () => 'The bound socket has already been adopted by a server or socket',
);

/**
 * A failed system call: message `syscall CODE[: description] [details]`, own keys errno, code, syscall and
 * those of `extra`, in that order. `first` puts code before errno, as `listen` has it.
 */
function systemError(
  errno,
  syscall,
  { details = '', description = false, codeFirst = false, extra = {} } = {},
) {
  const code = nameOf(errno);
  const because = description ? `: ${descriptionOf(errno)}` : '';
  const error = new Error(`${syscall} ${code}${because}${details && ` ${details}`}`);
  return Object.assign(error, codeFirst ? { code, errno, syscall } : { errno, code, syscall }, extra);
}

/** Without an address: `read ECONNRESET`. */
const errnoException = (errno, syscall) => systemError(errno, syscall);

/** With an address: `connect ECONNREFUSED 127.0.0.1:1 - Local (127.0.0.1:2)`. */
function addressException(errno, syscall, address, port, local = '') {
  let details = address ?? '';
  if (port > 0) details = `${address}:${port}`;
  if (local) details += ` - Local (${local})`;
  const extra = { address };
  if (port) extra.port = port;
  return systemError(errno, syscall, { details, extra });
}

/** An address that is not permitted: the denial stands where the error number of a system call would. */
function deniedException(denial, syscall, address, port) {
  const error = new Error(`${syscall} ${denial.code} ${denial.message}`);
  Object.assign(error, { errno: denial, code: denial.code, syscall, address });
  if (port) error.port = port;
  return error;
}

/** With an address and the system's description: `listen EADDRINUSE: address already in use :::80`. */
function listenException(errno, address, port) {
  const details = address ? (port > 0 ? `${address}:${port}` : address) : '';
  const extra = { address };
  if (port) extra.port = port;
  return systemError(errno, 'listen', { details, description: true, codeFirst: true, extra });
}

/** All attempts of one connect failed: an AggregateError with an empty message and the first one's code. */
function connectAggregate(errors) {
  const error = new AggregateError(errors);
  error.code = errors[0]?.code;
  // Node's has its code in the stack's first line.
  error.stack = error.stack.replace('AggregateError', `AggregateError [${error.code}]: `);
  return error;
}

/** Node's SystemError: its class is called NodeError. */
class NodeError extends Error {
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

/** ERR_SOCKET_BUFFER_SIZE is a SystemError: errno and syscall are views of `info`. */
function bufferSizeError(errno, syscall) {
  const [code, message] = [nameOf(errno), descriptionOf(errno)];
  const error = new NodeError(`Could not get or set buffer size: ${syscall} returned ${code} (${message})`);
  const info = { errno, code, message, syscall };
  const name = (value) =>
    Object.defineProperty(error, 'name', { value, configurable: true, writable: true, enumerable: false });
  name('SystemError [ERR_SOCKET_BUFFER_SIZE]');
  void error.stack;
  name('SystemError');
  const own = { enumerable: true, configurable: true };
  return Object.defineProperties(error, {
    code: { value: 'ERR_SOCKET_BUFFER_SIZE', writable: true, ...own },
    info: { value: info, ...own },
    errno: { get: () => info.errno, set: (v) => (info.errno = v), ...own },
    syscall: { get: () => info.syscall, set: (v) => (info.syscall = v), ...own },
  });
}

/** Writing to a socket that the peer has ended and that is not half-open. */
function endedByPeer() {
  const error = new Error('This socket has been ended by the other party');
  error.code = 'EPIPE';
  return error;
}

/** A text whose encoding is 'buffer'. Node's native code throws it, so that its stack does not name the code. */
function notABuffer() {
  const error = new TypeError('Second argument must be a buffer');
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
}

/** No native core for this platform, or not the one of this version. */
function bindingError(message, cause) {
  const error = new Error(message, { cause });
  error.code = 'ERR_FERRONET_BINDING';
  return error;
}

module.exports = {
  AGAIN,
  ERR_ACCESS_DENIED,
  ERR_BUFFER_OUT_OF_BOUNDS,
  ERR_INVALID_ADDRESS_FAMILY,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_FD_TYPE,
  ERR_INVALID_HANDLE_TYPE,
  ERR_INVALID_IP_ADDRESS,
  ERR_IP_BLOCKED,
  ERR_MISSING_ARGS,
  ERR_OUT_OF_RANGE,
  ERR_SERVER_ALREADY_LISTEN,
  ERR_SERVER_NOT_RUNNING,
  ERR_SOCKET_ALREADY_BOUND,
  ERR_SOCKET_BAD_BUFFER_SIZE,
  ERR_SOCKET_BAD_PORT,
  ERR_SOCKET_BAD_TYPE,
  ERR_SOCKET_CLOSED,
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION,
  ERR_SOCKET_CONNECTION_TIMEOUT,
  ERR_SOCKET_DGRAM_IS_CONNECTED,
  ERR_SOCKET_DGRAM_NOT_CONNECTED,
  ERR_SOCKET_DGRAM_NOT_RUNNING,
  ERR_SOCKET_HANDLE_ADOPTED,
  FAILED,
  addressException,
  bindingError,
  bufferSizeError,
  connectAggregate,
  deniedException,
  endedByPeer,
  errnoException,
  errnoOf,
  listenException,
  notABuffer,
};
