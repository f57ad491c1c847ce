'use strict';
// Makes the random calls of scenarios/bad-input.js, one after the other, and prints what each came to: a process of
// its own, because some of them abort the built-in.
//   node fuzz.js built-in|ferronet FROM TO [FAULT]

const builtin = { net: require('node:net'), dgram: require('node:dgram') };
const dns = require('node:dns');
const { setTimeout: sleep } = require('node:timers/promises');
const { inspect } = require('node:util');
const { generator } = require('../__test__/helpers/generator.js');
const { hostile, outcome } = require('../__test__/helpers/hostile.js');
const { listening, pair, withFolder } = require('../__test__/net/pairs.js');
const { steady } = require('./agreement.js');

/** Descriptors are left out: those of the process itself would be closed. */
const OPTIONS = [
  ...[
    'port',
    'host',
    'path',
    'backlog',
    'exclusive',
    'ipv6Only',
    'reusePort',
    'readableAll',
    'writableAll',
    'signal',
  ],
  ...[
    'localAddress',
    'localPort',
    'family',
    'hints',
    'lookup',
    'noDelay',
    'keepAlive',
    'keepAliveInitialDelay',
  ],
  ...[
    'autoSelectFamily',
    'autoSelectFamilyAttemptTimeout',
    'allowHalfOpen',
    'pauseOnConnect',
    'highWaterMark',
  ],
  ...['timeout', 'onread', 'objectMode', 'readable', 'writable', 'blockList', 'type', 'reuseAddr', 'address'],
  ...[
    'recvBufferSize',
    'sendBufferSize',
    'receiveBlockList',
    'sendBlockList',
    'emitClose',
    'autoDestroy',
    'encoding',
  ],
];

function detached() {
  const buffer = new Uint8Array(8);
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  return buffer;
}

const refuse = () => {
  throw new EvalError('of the program');
};

const values = {
  ...hostile,
  'a getter that throws': () => Object.defineProperty({}, 'port', { get: refuse, enumerable: true }),
  'a proxy that throws': () => new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse }),
  'toString that throws': () => ({ toString: refuse }),
  'detached bytes': detached,
  'shared bytes': () => new Uint8Array(new SharedArrayBuffer(4)),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'own __proto__': () =>
    JSON.parse('{"__proto__": {"port": 1, "polluted": true}, "constructor": {"prototype": {}}}'),
  'an address': () => '127.0.0.1',
  'an address of version 6': () => '::1',
  'a group': () => '239.1.2.3',
  'port 9': () => 9,
  'a long path': () => '/'.repeat(5000),
};

/** Makes the things whose methods are called. Only what the built-in has is called on both. */
const subjects = {
  net: { methods: functionsOf(builtin.net), make: ({ net }) => net },
  dgram: { methods: functionsOf(builtin.dgram), make: ({ dgram }) => dgram },
  'a server': { methods: functionsOf(builtin.net.Server.prototype), make: ({ net }) => net.createServer() },
  'a listening server': {
    methods: functionsOf(builtin.net.Server.prototype),
    make: ({ net }) => listening(net.createServer()),
  },
  'a socket': { methods: functionsOf(builtin.net.Socket.prototype), make: ({ net }) => new net.Socket() },
  'a connected socket': {
    methods: functionsOf(builtin.net.Socket.prototype),
    async make({ net }) {
      const { server, client, peer } = await pair(net);
      peer.on('error', () => {}).resume();
      server.close();
      return client;
    },
  },
  'a UDP socket': {
    methods: functionsOf(builtin.dgram.Socket.prototype),
    make: ({ dgram }) => dgram.createSocket('udp4'),
  },
  'a bound UDP socket': {
    methods: functionsOf(builtin.dgram.Socket.prototype),
    async make({ dgram }) {
      const socket = dgram.createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await new Promise((resolve) => socket.once('listening', resolve));
      return socket;
    },
  },
};

/** Public functions: no underscore, no accessors. Stream's read of a symbol and the like stay the host's. */
function functionsOf(object) {
  return Object.keys(Object.getOwnPropertyDescriptors(object)).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(object, name);
    return (
      typeof value === 'function' &&
      !name.startsWith('_') &&
      name !== 'constructor' &&
      name !== 'BlockList' &&
      name !== 'SocketAddress'
    );
  });
}

/** A hostile value, or an options object with a few of them under known names; with its name. */
function draw({ below, chance, pick }) {
  const names = Object.keys(values);
  if (!chance(0.4)) {
    const name = pick(names);
    return { text: name, value: values[name]() };
  }
  const options = {};
  const texts = [];
  for (let left = 1 + below(3); left > 0; left--) {
    const [key, name] = [pick(OPTIONS), pick(names)];
    options[key] = values[name]();
    texts.push(`${key}: ${name}`);
  }
  return { text: `{ ${texts.join(', ')} }`, value: options };
}

function callOf(seed) {
  const random = generator(seed);
  const subject = random.pick(Object.keys(subjects));
  const method = random.pick(subjects[subject].methods);
  const args = Array.from({ length: random.below(4) }, () => draw(random));
  return {
    subject,
    method,
    args,
    name: `${method}(${args.map(({ text }) => text).join(', ')}) of ${subject}`,
  };
}

const briefly = (error) => ({
  code: error?.code,
  message: String(error?.message),
  class: error?.constructor?.name,
});

/** What the call does to what it was given. */
const shapeOf = (value) => {
  try {
    return value !== null && typeof value === 'object' ? Reflect.ownKeys(value).map(String) : typeof value;
  } catch {
    return 'not to be looked at';
  }
};

/** What became of the call: at once, and as errors in the next few ms. */
async function attempt(modules, { subject, method, args }, uncaught) {
  const later = uncaught.begin();
  const thing = await subjects[subject].make(modules);
  const given = args.map(({ value }) => value);
  thing.on?.('error', (error) => later.push(['error', briefly(error)]));
  let result;
  const at = outcome(modules, () => (result = thing[method](...given)));
  if (result !== thing && typeof result?.on === 'function')
    result.on('error', (error) => later.push(['error', briefly(error)]));
  // An answer that is a promise is no matter here.
  if (typeof result?.then === 'function') await Promise.resolve(result).catch(() => {});
  await sleep(4);
  const seen = { at, later: [...later], given: given.map(shapeOf) };
  for (const one of [thing, result]) endQuietly(one);
  return seen;
}

function endQuietly(one) {
  try {
    if (typeof one?.destroy === 'function') one.destroy();
    else if (typeof one?.close === 'function' && one !== builtin.net) one.close();
  } catch {
    // It was never open.
  }
}

function collector() {
  let list = [];
  process.on('uncaughtException', (error) => list.push(['uncaught', briefly(error)]));
  process.on('unhandledRejection', (error) => list.push(['unhandled', briefly(error)]));
  return { begin: () => (list = []) };
}

/** Names are not looked up: nobody answers here. */
function withoutNames() {
  dns.lookup = (host, options, callback = options) => {
    const family = builtin.net.isIP(host);
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    });
    const found = options?.all ? [[{ address: host, family }]] : [host, family];
    process.nextTick(callback, ...(family ? [null, ...found] : [error]));
  };
}

async function main([kind, from, to, fault]) {
  const { net, dgram } = kind === 'built-in' ? builtin : require('../index.js');
  if (fault) require('./faults.js').plant(fault);
  withoutNames();
  const uncaught = collector();
  const before = inspect(Object.getOwnPropertyDescriptors(Object.prototype));
  // A call may unref what a step waits for.
  const alive = setInterval(() => {}, 1000);
  const say = (...line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  for (let seed = Number(from); seed < Number(to); seed++) {
    const { name } = callOf(seed);
    say(seed, name);
    const run = async () => JSON.stringify(await attempt({ net, dgram }, callOf(seed), uncaught));
    const outcome = await (kind === 'built-in' ? steady(run) : run());
    const polluted = inspect(Object.getOwnPropertyDescriptors(Object.prototype)) !== before;
    say(seed, name, outcome, polluted);
  }
  clearInterval(alive);
  // What a call has left in a limbo does not keep us.
  process.exit();
}

withFolder((folder) => {
  process.chdir(folder);
  process.on('exit', () => process.chdir('/'));
  return main(process.argv.slice(2));
});
