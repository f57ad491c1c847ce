'use strict';
// Calls every public method of one implementation ('built-in' or 'ferronet') with wrong arguments and prints, as
// JSON, what came of each call. A process of its own, because some calls end in an uncaught exception.

const { once } = require('node:events');
const { setImmediate: immediate } = require('node:timers/promises');
const { inspect } = require('node:util');
const { builtin, ours } = require('../helpers/implementations.js');

/** Values that no argument expects. Made anew for every call: some are changed by use. */
const hostile = () => [
  undefined,
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  255,
  256,
  65536,
  10n,
  '',
  ' ',
  '1',
  '0x10',
  '1e3',
  'x',
  Symbol('s'),
  {},
  [],
  [1],
  new Date(0),
  Buffer.from('abc'),
  new Uint16Array(2),
  new ArrayBuffer(2),
  Object.create(null),
  class Thing {},
  () => {},
];

/** Addresses and wrong ones, without names that would be looked up in the network. */
const addresses = () => [
  ...hostile().filter((value) => typeof value !== 'string' || value === ''),
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '0.0.0.0',
  '::',
];

const groups = () => [
  ...hostile(),
  '127.0.0.1',
  '224.0.0.114',
  '232.1.1.1',
  'ff02::1',
  'ff3e::1234',
  '::%lo',
  '::1%nosuch',
  '256.256.256.256',
];

const messages = () => [
  ...hostile(),
  '',
  'text',
  Buffer.alloc(0),
  Buffer.alloc(65_507),
  Buffer.alloc(65_508),
  Buffer.alloc(70_000),
  new DataView(new ArrayBuffer(3), 1),
  ['a', Buffer.from('b')],
  ['a', 1],
  [[]],
  new Array(2),
];

const each = (list, ...rest) => list.map((value) => [value, ...rest]);
const noop = () => {};

/** Method to its argument lists. Port 9 is discard: nobody listens. */
const calls = {
  bind: () => [
    [],
    ...each(hostile()),
    ...hostile().map((value) => [{ port: value }]),
    ...hostile().map((value) => [{ fd: value }]),
    ...addresses().map((value) => [0, value]),
    ...addresses().map((value) => [{ address: value }]),
    ...hostile().map((value) => [{ exclusive: value }]),
  ],
  connect: () => [
    [],
    ...each(hostile()),
    ...addresses().map((value) => [9, value]),
    ...hostile().map((value) => [9, '127.0.0.1', value]),
  ],
  disconnect: () => [[], ...each(hostile())],
  close: () => [[], ...each(hostile())],
  address: () => [[], [1]],
  remoteAddress: () => [[], [1]],
  send: () => [
    [],
    ...each(messages()),
    ...each(messages(), 9),
    ...each(messages(), 9, noop),
    ...each(messages(), 9, '127.0.0.1', noop),
    ...each(messages(), 0, 1, 9, '127.0.0.1', noop),
    ...each(messages(), 0, 1, noop),
    ...each(messages(), noop),
    ...hostile().map((value) => ['abc', value]),
    ...hostile().map((value) => ['abc', value, '127.0.0.1', noop]),
    ...addresses().map((value) => ['abc', 9, value]),
    ...addresses().map((value) => ['abc', 9, value, noop]),
    ...hostile().map((value) => ['abc', 9, '127.0.0.1', value]),
    ...hostile().map((value) => ['abc', value, 1, 9, '127.0.0.1', noop]),
    ...hostile().map((value) => ['abc', 0, value, 9, '127.0.0.1', noop]),
    ...hostile().map((value) => ['abc', 0, 1, value, '127.0.0.1', noop]),
    ...addresses().map((value) => ['abc', 0, 1, 9, value, noop]),
    ...hostile().map((value) => ['abc', 0, 1, 9, '127.0.0.1', value]),
    ['abc', 4, 0, 9],
    ['abc', 3, 0, 9],
    ['abc', 2, 2, 9],
    ['abc', 0, 1],
  ],
  sendto: () => [
    [],
    ...each(messages(), 0, 1, 9, '127.0.0.1', noop),
    ...hostile().map((value) => ['abc', value, 1, 9, '127.0.0.1', noop]),
    ...hostile().map((value) => ['abc', 0, value, 9, '127.0.0.1', noop]),
    ...hostile().map((value) => ['abc', 0, 1, value, '127.0.0.1', noop]),
    ...addresses().map((value) => ['abc', 0, 1, 9, value, noop]),
  ],
  setBroadcast: () => [[], ...each(hostile())],
  setTTL: () => [[], ...each(hostile())],
  setMulticastTTL: () => [[], ...each(hostile())],
  setMulticastLoopback: () => [[], ...each(hostile())],
  setMulticastInterface: () => [[], ...each(groups())],
  addMembership: () => [
    [],
    ...each(groups()),
    ...groups().map((value) => ['224.0.0.114', value]),
    ...groups().map((value) => ['ff02::1', value]),
  ],
  dropMembership: () => [[], ...each(groups()), ...groups().map((value) => ['224.0.0.114', value])],
  addSourceSpecificMembership: () => [
    [],
    ...each(groups()),
    ...groups().map((value) => ['127.0.0.1', value]),
    ...groups().map((value) => [value, '232.1.1.1']),
    ...groups().map((value) => ['127.0.0.1', '232.1.1.1', value]),
    ...groups().map((value) => ['::1', 'ff3e::1234', value]),
  ],
  dropSourceSpecificMembership: () => [
    [],
    ...groups().map((value) => ['127.0.0.1', value]),
    ...groups().map((value) => ['127.0.0.1', '232.1.1.1', value]),
  ],
  setRecvBufferSize: () => [[], ...each(hostile())],
  setSendBufferSize: () => [[], ...each(hostile())],
  getRecvBufferSize: () => [[], [1]],
  getSendBufferSize: () => [[], [1]],
  getSendQueueSize: () => [[], [1]],
  getSendQueueCount: () => [[], [1]],
  ref: () => [[], [1]],
  unref: () => [[], [1]],
  bindSync: () => [
    [],
    ...each(hostile()),
    ...hostile().map((value) => [{ port: value }]),
    ...addresses().map((value) => [{ address: value }]),
    [{ address: 'localhost' }],
  ],
  connectSync: () => [[], ...each(hostile()), ...addresses().map((value) => [9, value]), [9, 'localhost']],
};

/** Where connected sockets send to. */
const sink = builtin.dgram.createSocket('udp4').unref();

const states = {
  unbound: async () => {},
  bound: async (socket) => {
    socket.bind(0);
    await once(socket, 'listening');
  },
  connected: async (socket) => {
    // Somebody listens there: a refusal would come at any time.
    socket.connect(sink.address().port, '127.0.0.1');
    await once(socket, 'connect');
  },
  closed: async (socket) => {
    socket.close();
    await once(socket, 'close');
  },
};

function normal(value, socket) {
  if (value === socket && socket !== undefined) return 'the socket';
  if (value instanceof Error) {
    const { name, code, message } = value;
    const own = Object.keys(value).sort();
    return { name, code, message, own, kind: value.constructor.name, text: String(value) };
  }
  if (value !== null && typeof value === 'object' && 'port' in value) {
    return { ...value, port: typeof value.port };
  }
  return typeof value === 'object' ? inspect(value) : String(value);
}

/** Closes, if the call left something that can be. A socket that is stuck in binding never closes. */
async function end(socket) {
  let limit;
  await new Promise((resolve) => {
    limit = setTimeout(resolve, 10);
    socket.once('close', resolve);
    try {
      socket.close();
    } catch {
      resolve();
    }
  });
  clearTimeout(limit);
}

/** The call that an uncaught exception belongs to. */
let current = null;
process.on('uncaughtException', (error) => current.events.push(['uncaught', normal(error)]));

/** What one call does: { result or thrown, called, events }. */
async function outcome(dgram, type, state, method, args) {
  const socket = dgram.createSocket(type);
  const seen = { events: [], called: [] };
  current = seen;
  socket.on('error', noop);
  await states[state](socket);
  for (const event of ['error', 'listening', 'connect', 'close', 'message']) {
    socket.on(event, (...values) => seen.events.push([event, ...values.map((v) => normal(v, socket))]));
  }
  const given = args.map((arg) =>
    arg === noop ? (...values) => seen.called.push(values.map((v) => normal(v, socket))) : arg,
  );
  try {
    seen.result = normal(await socket[method](...given), socket);
  } catch (error) {
    seen.thrown = normal(error, socket);
  }
  for (let i = 0; i < 3; i++) await immediate();
  await end(socket);
  return seen;
}

const OPTIONS = [
  'type',
  'reuseAddr',
  'reusePort',
  'ipv6Only',
  'recvBufferSize',
  'sendBufferSize',
  'lookup',
  'signal',
  'receiveBlockList',
  'sendBlockList',
];

function creation(dgram, args) {
  try {
    const socket = dgram.createSocket(...args);
    socket.close();
    return { type: socket.type, listeners: socket.listenerCount('message') };
  } catch (error) {
    return { thrown: normal(error) };
  }
}

/** The argument lists of createSocket. */
const creations = () => [
  [],
  ...each(hostile()),
  ...hostile().map((value) => ['udp4', value]),
  ...OPTIONS.flatMap((name) => hostile().map((value) => [{ type: 'udp4', [name]: value }])),
];

const textOf = (args) => inspect(args).replaceAll('\n', ' ').slice(0, 200);

async function main({ dgram }) {
  const all = {};
  sink.bind(0, '127.0.0.1');
  await once(sink, 'listening');
  const record = (key, args, result) => (all[key] ??= []).push([textOf(args), result]);
  for (const args of creations()) record('createSocket', args, creation(dgram, args));
  for (const method of Object.keys(calls)) {
    if (!(method in builtin.dgram.Socket.prototype)) continue;
    for (const state of Object.keys(states)) {
      for (const type of state === 'bound' ? ['udp4', 'udp6'] : ['udp4']) {
        for (const args of calls[method]()) {
          record(
            `${method} of a ${type} socket that is ${state}`,
            args,
            await outcome(dgram, type, state, method, args),
          );
        }
      }
    }
  }
  process.stdout.write(JSON.stringify(all));
}

main(process.argv[2] === 'ferronet' ? ours : builtin).catch((error) => {
  process.stderr.write(error.stack);
  process.exitCode = 1;
});
