'use strict';
// Node's permission model: an addon's sockets are outside of it, so the JavaScript layer asks for the network.

const test = require('ava');
const path = require('node:path');
const { root, runNode } = require('../helpers/children.js');

const PROGRAM = `
  const text = (error) => error instanceof Error
    ? { message: error.message, keys: Object.keys(error), ...error, errno: error.errno && text(error.errno) }
    : error;
  const seen = {};
  process.on('uncaughtException', (error) => { (seen.uncaught ??= []).push(text(error)); });
  function attempt(name, run) {
    const log = (seen[name] = []);
    try {
      const emitter = run((error) => log.push(['callback', text(error)]));
      for (const event of ['listening', 'connect', 'error', 'connectionAttempt', 'close'])
        emitter.on(event, (...values) => log.push([event, ...values.map(text)]));
    } catch (error) {
      log.push(['threw', text(error)]);
    }
  }
  const udp = () => dgram.createSocket('udp4');
  attempt('connect', () => net.connect(9, '127.0.0.1'));
  attempt('connect to a path', () => net.connect('/tmp/nobody-listens-here'));
  attempt('connect from a port', () => net.connect({ port: 9, host: '::1', localPort: 50000 }));
  attempt('listen', () => net.createServer().listen(0));
  attempt('listen on a path', () => net.createServer().listen('/tmp/nobody-may-listen-here'));
  attempt('bind', (callback) => udp().bind(0, '127.0.0.1', callback));
  attempt('send', (callback) => { const socket = udp(); socket.send('x', 9, '127.0.0.1', callback); return socket; });
  attempt('connect UDP', (callback) => { const socket = udp(); socket.connect(9, '127.0.0.1', callback); return socket; });
  if (udp().bindSync) attempt('bindSync', () => udp().bindSync({ port: 0 }));
  if (net.BoundSocket) attempt('BoundSocket', () => new net.BoundSocket({ host: '127.0.0.1' }));
  setTimeout(() => { console.log(JSON.stringify(seen)); process.exit(); }, 200);`;

const MODULES = {
  'built-in': `const net = require('node:net'), dgram = require('node:dgram');`,
  ferronet: `const { net, dgram } = require(${JSON.stringify(root)});`,
};

async function seenBy(implementation, flags) {
  const core = path.join(root, '*');
  const args = ['--no-warnings', '--permission', `--allow-fs-read=${core}`, '--allow-addons', ...flags];
  const { stdout, stderr } = await runNode([...args, '-e', MODULES[implementation] + PROGRAM]);
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout);
}

// Node 25 does not ask for a path yet.
const known = process.allowedNodeEnvironmentFlags.has('--allow-net') && !process.version.startsWith('v25.');
const permissionTest = known ? test : test.skip;

permissionTest(
  'without the permission for the network everything is refused as by the built-in',
  async (t) => {
    const expected = await seenBy('built-in', []);
    t.deepEqual(await seenBy('ferronet', []), expected);
    t.is(expected.listen[0][1].code, 'ERR_ACCESS_DENIED');
    t.is(expected.connect.find(([event]) => event === 'error')[1].code, 'ERR_ACCESS_DENIED');
  },
);

permissionTest('with it sockets work', async (t) => {
  const { connect, bind, listen } = await seenBy('ferronet', ['--allow-net']);
  t.is(connect.find(([event]) => event === 'error')[1].code, 'ECONNREFUSED');
  t.deepEqual(bind, [['callback', null], ['listening']].slice(0, bind.length));
  t.deepEqual(listen, [['listening']]);
});
