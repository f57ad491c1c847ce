/**
 * `node -r ferronet/register app.js` or `node --import ferronet/register app.js`: in the whole program, `require`,
 * `import` and `process.getBuiltinModule` of `net` and `dgram` answer with ferronet. Node's own modules (`http`,
 * `tls`) keep the built-ins. Bun answers for its own `net` and `dgram` before any hook is asked, so nothing changes
 * there; import `ferronet/net` and `ferronet/dgram` instead.
 *
 * Loaded for what it does; it exports nothing. Throws an `Error` with code `ERR_FERRONET_BINDING` when there is no
 * native core for the platform.
 */
export {};
