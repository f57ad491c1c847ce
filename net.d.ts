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
