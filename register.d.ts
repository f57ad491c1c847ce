/**
 * `node -r ferronet/register app.js` or `node --import ferronet/register app.js`: in the whole program, `require`,
 * `import` and `process.getBuiltinModule` of `net` and `dgram` answer with ferronet. Node's own modules (`http`,
 * `tls`) keep the built-ins.
 *
 * Loaded for what it does; it exports nothing. Throws an `Error` with code `ERR_FERRONET_BINDING` when there is no
 * native core for the platform.
 */
export {};
