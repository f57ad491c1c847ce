'use strict';
// net.BoundSocket: an address taken at once and without DNS, to listen on or connect from later.
// https://nodejs.org/api/net.html#class-netboundsocket

const { isIP } = require('node:net');
const {
  ERR_INVALID_ARG_VALUE,
  ERR_SOCKET_HANDLE_ADOPTED,
  addressException,
  errnoException,
} = require('../errors.js');
const { requirePermission } = require('../permission.js');
const { PipeServer, TCPServer } = require('../handles/server.js');
const { validateBoolean, validateObject, validatePort, validateString } = require('../validate.js');

const NO_DNS = 'must be a numeric IP address; net.BoundSocket does not perform DNS resolution';
const PATH_ALONE = 'path is mutually exclusive with host, port, ipv6Only, and reusePort';

/** Gives a server or socket the handle of a bound socket: { handle, path }. Set by the class. */
let consume;

class BoundSocket {
  #handle;
  #address = {};
  #path;

  constructor(options = {}) {
    validateObject(options, 'options');
    if (options.path === undefined) this.#bindAddress(options);
    else this.#bindPath(options);
  }

  #bindAddress({ host, port, ipv6Only = false, reusePort = false }) {
    port = validatePort(port ?? 0, 'options.port');
    validateBoolean(ipv6Only ?? false, 'options.ipv6Only');
    validateBoolean(reusePort ?? false, 'options.reusePort');
    if (host == null) {
      host = ipv6Only ? '::' : '0.0.0.0';
    } else {
      validateString(host, 'options.host');
      if (!isIP(host)) throw new ERR_INVALID_ARG_VALUE('options.host', host, NO_DNS);
    }
    requirePermission('');
    const handle = new TCPServer();
    const status =
      handle.bind(host, port, Boolean(ipv6Only), Boolean(reusePort)) || handle.getsockname(this.#address);
    if (status !== 0) {
      handle.close();
      throw addressException(status, 'bind', host, port);
    }
    this.#handle = handle;
  }

  #bindPath(options) {
    const { path, ...others } = options;
    if (['host', 'port', 'ipv6Only', 'reusePort'].some((name) => others[name] !== undefined)) {
      throw new ERR_INVALID_ARG_VALUE('options', options, PATH_ALONE);
    }
    validateString(path, 'options.path');
    requirePermission(path);
    const handle = new PipeServer();
    const status = handle.bindPath(path);
    if (status !== 0) {
      handle.close();
      throw errnoException(status, 'bind');
    }
    this.#handle = handle;
    this.#path = path;
  }

  /** { address, family, port }, or the path. */
  address() {
    this.#open();
    return this.#path ?? this.#address;
  }

  /** The descriptor; it stays this object's. */
  fd() {
    return this.#open().fd;
  }

  get isPipe() {
    return this.#path !== undefined;
  }

  #open() {
    if (!this.#handle) throw new ERR_SOCKET_HANDLE_ADOPTED();
    return this.#handle;
  }

  /** Gives the address back, unless a server or socket has taken it over. */
  close() {
    this.#handle?.close();
    this.#handle = null;
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.close();
  }

  static {
    consume = (bound) => {
      const handle = bound.#open();
      bound.#handle = null;
      return { handle, path: bound.#path };
    };
  }
}

module.exports = { BoundSocket, consume: (bound) => consume(bound) };
