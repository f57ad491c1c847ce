/**
 * ferronet's `dgram`: the module that `require('ferronet/dgram')` answers, in the shape of the running Node's
 * `dgram`.
 *
 * Every class, function and type is that of `@types/node`, so values pass between code typed against `node:dgram`
 * and code typed against ferronet in both directions. Errors, codes and units (sizes in bytes) are Node's:
 * https://nodejs.org/api/dgram.html.
 *
 * What is there at run time follows the running Node: `bindSync()` and `connectSync()` belong to Node 24.19 and
 * later.
 */

/// <reference types="node" />

import type { AddressInfo } from 'node:net';

export * from 'node:dgram';

/**
 * Members that ferronet's sockets have on every Node, and the built-in's from Node 24.19 on. Types of an older Node do
 * not name them; say so where a program uses one: `dgram.createSocket('udp4') as dgram.Socket & dgram.NewerSocket`.
 */
export interface NewerSocket {
  /**
   * Binds before it returns; `'listening'` follows.
   *
   * @param options `port`: 0 (the default) lets the system choose; `address`: an IP literal, by default all addresses
   * @returns the address it has
   * @throws `ERR_INVALID_ARG_VALUE` when the address is a name, `ERR_SOCKET_ALREADY_BOUND`, or the system's error
   * (`bind EADDRINUSE` and so on)
   */
  bindSync(options?: { port?: number | undefined; address?: string | undefined }): AddressInfo;

  /**
   * Connects before it returns, binding first if need be; `'connect'` follows.
   *
   * @param port 1 to 65535
   * @param address an IP literal; by default loopback
   * @throws `ERR_INVALID_ARG_VALUE` when the address is a name, `ERR_SOCKET_DGRAM_IS_CONNECTED`, or the system's error
   */
  connectSync(port: number, address?: string): void;
}
