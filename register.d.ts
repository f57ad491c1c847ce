/**
 * `node -r ferronet/register app.js` or `node --import ferronet/register app.js`: the members of Node's own modules
 * `net` and `dgram` become ferronet's, for the whole program: its modules and dependencies, and Node's `http`, `https`,
 * `http2`, `tls` and `fetch`. Pipes to children, standard streams and terminals stay Node's. The environment variable
 * `FERRONET_DEBUG=1` prints to stderr what was swapped.
 *
 * Loading it registers. Throws an `Error` with code `ERR_FERRONET_BINDING` when there is no native core for the platform.
 */

/** Registers again after `undo`. Without effect while ferronet is registered. */
export function register(): void;

/**
 * Gives every member and prototype of Node's modules back, for tests. Sockets that exist go on as they are. Without
 * effect while ferronet is not registered.
 */
export function undo(): void;
