'use strict';
// node -r ferronet/register app.js: net and dgram are ferronet's for the whole program, Node's own modules included.
// Loading it registers; `undo` puts everything back. ARCHITECTURE.md, "The swap", has the why.

const { change, undoChanges } = require('./register/changes.js');

/** Said of the process by whichever copy of ferronet has registered in this thread. */
const kRegistered = Symbol.for('ferronet.registered');

/** Whether Node's own modules are built on net, so that their classes can follow. */
const isNode = !process.versions.bun && !process.versions.deno;

let registered = false;

/** TLS, where this Node has it. Loaded before the swap: TLSSocket stays a child of the built-in class. */
function loadTls() {
  return process.versions.openssl ? require('node:tls') : undefined;
}

function register() {
  if (registered || process[kRegistered]) return;
  const tls = isNode ? loadTls() : undefined;
  if (isNode) require('node:tty');
  // What lib/register/ takes from the built-ins has to be taken now, not before somebody registers.
  const { swapClasses } = require('./register/classes.js');
  const { swapMembers } = require('./register/modules.js');
  if (isNode) {
    swapClasses();
    change(require('./register/children.js').childChanges());
    if (tls) change(require('./register/tls.js').tlsChanges(tls));
    require('./register/servers.js').swapServers();
  }
  swapMembers();
  registered = true;
  Object.defineProperty(process, kRegistered, { value: true, configurable: true });
  if (process.env.FERRONET_DEBUG === '1') require('./register/report.js').report();
}

function undo() {
  if (!registered) return;
  require('./register/modules.js').restoreMembers();
  if (isNode) {
    require('./register/servers.js').restoreServers();
    undoChanges();
    require('./register/classes.js').restoreClasses();
  }
  delete process[kRegistered];
  registered = false;
}

register();

module.exports = { register, undo };
