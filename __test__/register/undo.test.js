'use strict';
// Registering, undoing, and what is left then.

const test = require('ava');
const { register, runNode } = require('../helpers/children.js');

/** Own members of Node's modules and of what they lead to, with their descriptors and prototypes. */
const SNAPSHOT = `
function snapshot() {
  const lines = new Map();
  const seen = new Set();
  function visit(name, object, depth) {
    if (object === null || !['object', 'function'].includes(typeof object) || seen.has(object) || depth > 3) return;
    seen.add(object);
    lines.set(name + ' prototype', Object.getPrototypeOf(object));
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
      const path = name + '.' + String(key);
      lines.set(path + ' value', value ?? get).set(path + ' flags', JSON.stringify(flags));
      visit(path, value, depth + 1);
    }
  }
  for (const name of ['net', 'dgram', 'tls', 'http', 'https', 'http2', 'child_process'])
    visit(name, require(name), 0);
  visit('http2.Http2Server', require('http2').createServer().constructor, 0);
  return lines;
}
function changed(before, after) {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !Object.is(before.get(key), after.get(key)));
}
`;

test('undo restores every member and prototype', async (t) => {
  const program = `${SNAPSHOT}
    const before = snapshot();
    const { undo } = require(${JSON.stringify(register)});
    const swapped = changed(before, snapshot());
    undo();
    console.log(JSON.stringify({ swapped, left: changed(before, snapshot()) }));`;
  const { stdout, stderr } = await runNode(['-e', program]);
  t.is(stderr, '');
  const { swapped, left } = JSON.parse(stdout);
  t.deepEqual(left, []);
  for (const member of [
    'net.Socket value',
    'net.connect value',
    'dgram.createSocket value',
    'tls.Server prototype',
  ]) {
    t.true(swapped.includes(member), member);
  }
});

test('register after undo swaps again, twice is once, and ES modules see each', async (t) => {
  const program = `
    import net, { Socket } from 'node:net';
    import ferronet from ${JSON.stringify(require.resolve('../../esm/index.mjs'))};
    import swap from ${JSON.stringify(register)};
    const look = () => console.log(Socket === ferronet.Socket, Socket === net.Socket);
    look();
    swap.undo();
    swap.undo();
    look();
    swap.register();
    swap.register();
    look();
    swap.undo();
    look();`;
  const { stdout, stderr } = await runNode(['--input-type=module', '-e', program]);
  t.is(stderr, '');
  t.is(stdout, 'true true\nfalse true\ntrue true\nfalse true\n');
});

test('modules that load after register and go on after undo have the built-ins', async (t) => {
  const program = `
    const { undo } = require(${JSON.stringify(register)});
    const net = require('net');
    const ours = net.Server;
    const classes = () => [require('http').Server, require('https').Server, require('http2').createServer().constructor];
    console.log(classes().every((Class) => Class.prototype instanceof ours));
    undo();
    console.log(classes().some((Class) => Class.prototype instanceof ours), new (require('http').Server)() instanceof net.Server);`;
  const { stdout, stderr } = await runNode(['-e', program]);
  t.is(stderr, '');
  t.is(stdout, 'true\nfalse true\n');
});

test('FERRONET_DEBUG=1 tells what was swapped and what was not, once and on stderr', async (t) => {
  const program = `new (require('worker_threads').Worker)('', { eval: true }).on('exit', () => console.log('out'));`;
  const { stdout, stderr } = await runNode(['-r', register, '-e', program], { env: { FERRONET_DEBUG: '1' } });
  t.is(stdout, 'out\n');
  const [first, swapped, , , kept, ...more] = stderr.split('\n');
  t.regex(first, /^ferronet \d+\.\d+\.\d+ registered$/);
  t.regex(swapped, /^swapped: .*net\.Socket.*dgram\.createSocket/);
  t.regex(kept, /^built-in: .*net\.isIP.*standard streams/);
  t.deepEqual(more, ['']);
  t.is((await runNode(['-r', register, '-e', ''])).stderr, '');
});
