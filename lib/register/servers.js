'use strict';
// The servers of http, https, tls and http2 inherit from net.Server; so that they listen by ferronet's, it becomes their
// parent. Their constructors reach it by `net.Server.call(this)` and `super()`, which follow.

const ours = require('../net.js');
const builtins = require('../builtins.js');

const Builtin = builtins.net.members;

/** Node lists its modules as they are loaded; where it does not, they are loaded now. */
const isLoaded = (name) => process.moduleLoadList?.includes(`NativeModule ${name}`) ?? true;

/** The class of what http2.createServer makes, which has no public name. */
const http2Server = () => require('node:http2').createServer().constructor;

const children = {
  'http.Server': { module: 'http', get: () => require('node:http').Server },
  'tls.Server': { module: 'tls', get: () => require('node:tls').Server },
  'http2.Http2Server': { module: 'http2', get: http2Server },
};

/** Those of modules that are loaded. The others find their parent when they are. */
function loadedChildren() {
  return Object.values(children)
    .filter(({ module }) => isLoaded(module))
    .map(({ get }) => get());
}

function reparent(from, to) {
  for (const Child of loadedChildren()) {
    if (Object.getPrototypeOf(Child) === from.Server) Object.setPrototypeOf(Child, to.Server);
    if (Object.getPrototypeOf(Child.prototype) === from.Server.prototype) {
      Object.setPrototypeOf(Child.prototype, to.Server.prototype);
    }
  }
  moveAgents(from, to);
}

/** Before Node 22 http.Agent keeps the function itself. */
function moveAgents(from, to) {
  if (!isLoaded('http')) return;
  const { prototype } = require('node:http').Agent;
  if (prototype.createConnection === from.createConnection) prototype.createConnection = to.createConnection;
}

const swapServers = () => reparent(Builtin, ours);
const restoreServers = () => reparent(ours, Builtin);

module.exports = { restoreServers, serverNames: Object.keys(children), swapServers };
