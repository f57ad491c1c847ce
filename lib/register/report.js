'use strict';
// FERRONET_DEBUG=1: what was swapped and what stayed built-in, on stderr.

const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const { version } = require('../../package.json');
const { memberReport } = require('./modules.js');
const { serverNames } = require('./servers.js');

const STDERR = 2;

/** Once per process: workers do as their main thread. */
function report() {
  if (!isMainThread) return;
  const { swapped, kept } = memberReport();
  const onNode = !process.versions.bun && !process.versions.deno;
  const lines = [
    `ferronet ${version} registered`,
    `swapped: ${swapped.join(', ')}`,
    ...(onNode
      ? [`on ferronet's net.Server: ${serverNames.join(', ')}, https.Server, http2.Http2SecureServer`]
      : []),
    ...(onNode ? ["on ferronet's net.Socket: http, https and http2 clients, tls.TLSSocket, fetch"] : []),
    `built-in: ${[...kept, 'standard streams', 'pipes to children', 'sockets with a native handle'].join(', ')}`,
  ];
  // Not process.stderr: that is an object to be made, and the program's to make first.
  fs.writeSync(STDERR, lines.map((line) => `${line}\n`).join(''));
}

module.exports = { report };
