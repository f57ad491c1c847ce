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

/**
 * Busy polling: for `micros` microseconds after its last event this thread keeps looking for the next one instead of
 * going to sleep. A round trip then costs no wake-up, and an otherwise idle core is kept busy meanwhile. Worth it
 * where latency matters more than a core.
 *
 * @param micros an integer from 0 (the default: sleep at once) to 1,000,000. Every thread has its own setting, which
 * the environment variable `FERRONET_BUSY_POLL` begins with.
 * @throws `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`.
 */
export function setBusyPoll(micros: number): void;
