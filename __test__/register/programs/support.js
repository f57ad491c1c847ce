'use strict';
// What the programs of this folder share. A program is a set of scenarios, one of which the command line names. It says
// what it saw, party by party, and prints that when it has ended by itself: what two parties see at the same time
// has no order.

const asyncHooks = require('node:async_hooks');
const fs = require('node:fs');
const path = require('node:path');

const STDOUT = 1;
const STDERR = 2;

const fixture = (name) => fs.readFileSync(path.join(__dirname, '..', 'fixtures', name));

/** A self-signed certificate for localhost, 127.0.0.1 and ::1. */
const identity = { key: fixture('test-only-key.pem'), cert: fixture('test-only-cert.pem') };

/** Node's own sockets and servers: none may be there where ferronet is registered. */
const NATIVE = /^(TCP|PIPE|UDP)(SERVER|CONNECT)?WRAP$/;

// The standard streams are Node's; stream.pipe() looks at them.
void [process.stdout, process.stderr];

const natives = new Set();
asyncHooks
  .createHook({
    init(_id, type, _trigger, resource) {
      // UDP of ferronet has the built-in's type on purpose; its resource is no native handle.
      const own = resource instanceof asyncHooks.AsyncResource;
      if (NATIVE.test(type) && !own) natives.add(type);
    },
  })
  .enable();

const parties = new Map();

const shown = (value) => {
  if (value instanceof Error)
    return `${value.name} ${value.code}: ${value.message.replace(/:\d{4,5}\b/g, ':PORT')}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** `say('client', 'end')`: the client saw an end. */
function say(party, ...seen) {
  if (!parties.has(party)) parties.set(party, []);
  parties.get(party).push(seen.map(shown).join(' '));
}

/** Says each of the events with what `show` makes of its arguments. */
function watch(
  party,
  emitter,
  events,
  show = (...args) => args.filter((arg) => arg instanceof Error || typeof arg !== 'object'),
) {
  for (const event of events) emitter.on(event, (...args) => say(party, event, ...show(...args)));
  return emitter;
}

process.on('exit', () => {
  const lines = [...parties].sort().flatMap(([party, seen]) => seen.map((line) => `${party}: ${line}`));
  fs.writeSync(STDOUT, `${lines.join('\n')}\n`);
  fs.writeSync(STDERR, `native: ${[...natives].sort().join(' ')}\n`);
});

/** Listens on a free port of 127.0.0.1, or where told, and resolves with the port. */
function listen(server, ...where) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(...(where.length > 0 ? where : [0, '127.0.0.1']), () => resolve(server.address().port));
  });
}

const ended = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

/** All of a readable stream. */
async function textOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** Runs the scenario that the command line names. */
function run(scenarios) {
  const [name] = process.argv.slice(2);
  scenarios[name]().catch((error) => {
    say('program', 'failed', error.stack);
    process.exitCode = 1;
  });
}

module.exports = { ended, identity, listen, run, say, textOf, watch };
