'use strict';
// Every public function of net with values it does not expect: the same class, code and message, synchronously
// where the built-in throws synchronously.

const test = require('ava');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { hostile, outcome } = require('../helpers/hostile.js');
const { compare } = require('../helpers/compare.js');
const { builtin, ours } = require('../helpers/implementations.js');
const { withPair } = require('./pairs.js');

// Some values are paths that can be listened on, and the built-in leaves files of some of them behind.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-'));
process.chdir(folder);
test.after.always(() => {
  process.chdir(os.tmpdir());
  fs.rmSync(folder, { recursive: true });
});

const quietly = (emitter) => emitter.on('error', () => {});

function server({ net }, use) {
  const made = quietly(net.createServer());
  try {
    return use(made);
  } finally {
    made.close();
  }
}

function socket({ net }, use, options) {
  const made = quietly(new net.Socket(options));
  try {
    return use(made);
  } finally {
    made.destroy();
  }
}

const listenWith = (options) => (m, v) => server(m, (s) => s.listen(options(v)));
const connectWith = (options) => (m, v) => socket(m, (s) => s.connect(options(v)));
const socketWith = (options) => (m, v) => socket(m, (s) => s, options(v));

const calls = {
  'createServer(value)': ({ net }, v) => net.createServer(v),
  'Server(value)': ({ net }, v) => net.Server(v),
  'new Server({}, value)': ({ net }, v) => new net.Server({}, v),
  'createServer({ keepAliveInitialDelay })': ({ net }, v) => net.createServer({ keepAliveInitialDelay: v }),
  'createServer({ highWaterMark })': ({ net }, v) => net.createServer({ highWaterMark: v }),
  'createServer({ blockList })': ({ net }, v) => net.createServer({ blockList: v }),
  'createServer({ noDelay, keepAlive, allowHalfOpen })': ({ net }, v) =>
    net.createServer({ noDelay: v, keepAlive: v, allowHalfOpen: v, pauseOnConnect: v }),
  'server.listen({ port })': listenWith((port) => ({ port, host: '127.0.0.1' })),
  'server.listen({ host })': listenWith((host) => ({ port: 0, host })),
  'server.listen({ path })': listenWith((path) => ({ path })),
  'server.listen({ fd })': listenWith((fd) => ({ fd: fd === 0 || fd === 1 ? 'kept' : fd })),
  'server.listen({ signal })': listenWith((signal) => ({ port: 0, host: '127.0.0.1', signal })),
  'server.listen({ backlog })': listenWith((backlog) => ({ port: 0, host: '127.0.0.1', backlog })),
  'server.listen({ exclusive, ipv6Only, reusePort })': listenWith((v) => ({
    port: 0,
    host: '127.0.0.1',
    exclusive: v,
    ipv6Only: v,
    reusePort: v,
  })),
  'server.listen(0, value)': (m, v) => server(m, (s) => s.listen(0, v)),
  'server.listen({ value })': listenWith((value) => ({ value })),
  'server.getConnections(value)': (m, v) => server(m, (s) => s.getConnections(v)),
  'server.close(value)': (m, v) => server(m, (s) => s.listen(0, '127.0.0.1').close(v)),
  'new Socket({ fd })': socketWith((fd) => ({ fd: fd === 0 || fd === 1 ? 'kept' : fd })),
  'new Socket({ signal })': socketWith((signal) => ({ signal })),
  'new Socket({ keepAliveInitialDelay })': socketWith((v) => ({ keepAliveInitialDelay: v })),
  'new Socket({ typeOfService })': socketWith((typeOfService) => ({ typeOfService })),
  'new Socket({ blockList })': socketWith((blockList) => ({ blockList })),
  'new Socket({ objectMode })': socketWith((objectMode) => ({ objectMode })),
  'new Socket({ readableObjectMode })': socketWith((v) => ({ readableObjectMode: v })),
  'new Socket({ writableObjectMode })': socketWith((v) => ({ writableObjectMode: v })),
  'new Socket({ highWaterMark })': socketWith((highWaterMark) => ({ highWaterMark })),
  'socket.connect(value)': (m, v) => socket(m, (s) => s.connect(v)),
  'socket.connect({ port })': connectWith((port) => ({ port, host: '127.0.0.1' })),
  'socket.connect({ host })': connectWith((host) => ({ port: 1, host, lookup: () => {} })),
  'socket.connect({ path })': connectWith((path) => ({ path })),
  'socket.connect({ localAddress })': connectWith((v) => ({ port: 1, host: '127.0.0.1', localAddress: v })),
  'socket.connect({ localPort })': connectWith((v) => ({ port: 1, host: '127.0.0.1', localPort: v })),
  'socket.connect({ lookup })': connectWith((lookup) => ({ port: 1, host: 'x.invalid', lookup })),
  'socket.connect({ autoSelectFamily })': connectWith((v) => ({
    port: 1,
    host: '127.0.0.1',
    autoSelectFamily: v,
  })),
  'socket.connect({ autoSelectFamilyAttemptTimeout })': connectWith((v) => ({
    port: 1,
    host: '127.0.0.1',
    autoSelectFamilyAttemptTimeout: v,
  })),
  'net.connect({ timeout })': ({ net }, v) =>
    quietly(net.connect({ port: 1, host: '127.0.0.1', timeout: v })).destroy(),
  'socket.write(value)': (m, v) => socket(m, (s) => s.write(v)),
  'socket.write(text, value)': (m, v) => socket(m, (s) => s.write('x', v)),
  'socket.end(value)': (m, v) => socket(m, (s) => s.end(v)),
  'socket.setTimeout(value)': (m, v) => socket(m, (s) => s.setTimeout(v)),
  'socket.setTimeout(1, value)': (m, v) => socket(m, (s) => s.setTimeout(1, v)),
  'socket.setTimeout(0, value)': (m, v) => socket(m, (s) => s.setTimeout(0, v)),
  'socket.setEncoding(value)': (m, v) => socket(m, (s) => s.setEncoding(v)),
  'socket.setNoDelay(value)': (m, v) => socket(m, (s) => s.setNoDelay(v)),
  'socket.setKeepAlive(value)': (m, v) => socket(m, (s) => s.setKeepAlive(v)),
  'socket.setKeepAlive(true, value)': (m, v) => socket(m, (s) => s.setKeepAlive(true, v)),
  'socket.setTypeOfService(value)': (m, v) => socket(m, (s) => s.setTypeOfService(v)),
  'socket.destroy(value)': (m, v) => socket(m, (s) => s.destroy(v)),
  'net.setDefaultAutoSelectFamily(value)': ({ net }, v) =>
    typeof v === 'boolean' ? undefined : net.setDefaultAutoSelectFamily(v),
  'net.setDefaultAutoSelectFamilyAttemptTimeout(value)': ({ net }, v) =>
    Number.isInteger(v) && v > 0 && v < 2 ** 31 ? undefined : net.setDefaultAutoSelectFamilyAttemptTimeout(v),
  'net._normalizeArgs([value])': ({ net }, v) => net._normalizeArgs([v]),
  'new BoundSocket(value)': ({ net }, v) => new net.BoundSocket(v).close(),
  'new BoundSocket({ host })': ({ net }, v) => new net.BoundSocket({ host: v }).close(),
  'new BoundSocket({ port })': ({ net }, v) => new net.BoundSocket({ host: '127.0.0.1', port: v }).close(),
  'new BoundSocket({ ipv6Only })': ({ net }, v) => new net.BoundSocket({ ipv6Only: v }).close(),
  'new BoundSocket({ reusePort })': ({ net }, v) => new net.BoundSocket({ reusePort: v }).close(),
  'Server.prototype.address on value': ({ net }, v) => net.Server.prototype.address.call(v),
  'Server.prototype.close on value': ({ net }, v) => net.Server.prototype.close.call(v),
};

/** Members that older versions of Node lack; ferronet offers some of them there. */
const needs = {
  BoundSocket: 'BoundSocket',
  setTypeOfService: 'setTypeOfService',
  typeOfService: 'setTypeOfService',
};

const inBuiltin = (name) => {
  const part = Object.keys(needs).find((key) => name.includes(key));
  return !part || needs[part] in builtin.net || needs[part] in builtin.net.Socket.prototype;
};

/** Where the answer is of the host's making or differs on purpose; docs/differences.md says why. */
const onPurpose = new Set([
  // A literal host is bound at once, so a bad one is found at once.
]);

for (const [name, call] of Object.entries(calls)) {
  if (!inBuiltin(name)) continue;
  test.serial(`${name} answers bad values as the built-in does`, (t) => {
    const theirs = {};
    const mine = {};
    for (const [label, make] of Object.entries(hostile)) {
      if (onPurpose.has(`${name} ${label}`)) continue;
      theirs[label] = outcome(builtin, call, make());
      mine[label] = outcome(ours, call, make());
    }
    t.deepEqual(mine, theirs);
  });
}

test.serial('a connected socket takes any count of keep-alive probes', (t) =>
  compare(t, ({ net }, see) =>
    withPair(net, {}, ({ client }) => {
      let delay = 1000;
      for (const [label, make] of Object.entries(hostile)) {
        const count = make();
        // Another delay each time, or nothing is set.
        delay += 1000;
        see(
          label,
          outcome({}, () => client.setKeepAlive(true, delay, 1000, count) === client),
        );
      }
    }),
  ),
);
