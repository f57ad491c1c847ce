/**
 * ferronet: Node's `net` and `dgram` on a Rust core.
 *
 * Loading any part of ferronet throws an `Error` with code `ERR_FERRONET_BINDING` when there is no native core
 * for the platform, or one of another version than the package; its message says which package to install.
 */

/** What `require('ferronet/dgram')` answers; the shape of the running Node's `dgram`. */
export * as dgram from './dgram';
/** `dgram.Socket`: sends and receives UDP datagrams. */
export { Socket as UdpSocket } from './dgram';
/** What `require('ferronet/net')` answers; the shape of the running Node's `net`. */
export * as net from './net';
/** `net.Server`: listens for TCP and unix domain connections. */
export { Server, Socket } from './net';

/** The version of the package, as in its package.json: `'0.1.0'`. */
export const version: string;
