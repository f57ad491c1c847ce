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

export * from 'node:dgram';
