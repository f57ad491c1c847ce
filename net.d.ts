/**
 * ferronet's `net`: the module that `require('ferronet/net')` answers, in the shape of the running Node's `net`.
 *
 * Every class, function and type is that of `@types/node`, so values pass between code typed against `node:net`
 * and code typed against ferronet in both directions. Errors, codes and units (times in milliseconds, sizes in
 * bytes) are Node's: https://nodejs.org/api/net.html.
 *
 * What is there at run time follows the running Node. With newer types than the Node that runs, a member such as
 * `BoundSocket` can be typed and yet be `undefined`, as with the built-in.
 *
 * One thing is sooner than with the built-in: when the host of `server.listen()` is an IP address or left out,
 * `server.address()` answers from the next line on, not only from `'listening'` on.
 */

/// <reference types="node" />

export * from 'node:net';

/** An old name of {@link Socket} that Node's `net` has and `@types/node` does not name. */
export { Socket as Stream } from 'node:net';

/**
 * Members that ferronet's sockets have on every Node, and the built-in's from Node 24 on. Types of an older Node do not
 * name them; say so where a program uses one: `net.connect(port) as net.Socket & net.NewerSocket`. The built-in of that
 * Node does not have them, which is why they are not on {@link Socket} itself.
 */
export interface NewerSocket {
  /** The type of service of outgoing packets, 0 to 255: what was set, or what the system answers. */
  getTypeOfService(): number;

  /**
   * Sets the type of service (IPv4) or traffic class (IPv6) of outgoing packets; before a connection it is kept and set
   * then.
   *
   * @param tos an integer from 0 to 255
   * @throws `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`, or the system's error (`setTypeOfService EPERM` and so on)
   */
  setTypeOfService(tos: number): this;

  /**
   * @param enable default: false
   * @param initialDelay milliseconds without data until the first probe; 0 (the default) leaves the system's
   * @param interval milliseconds between probes; default: 1000
   * @param count unanswered probes until the connection is given up; default: 10
   */
  setKeepAlive(enable?: boolean, initialDelay?: number, interval?: number, count?: number): this;
}
