'use strict';
// The load in JavaScript, on ferronet: for those who have no native one (bench/load), with its commands, options and
// lines of JSON. A scenario's load is the same whichever implementation the program under test runs on.
//
//   node main.js <command> [--port N] [--seconds S] [--connections N] [--size BYTES] [--rate N] [--gro] [--awake]

const { parseArgs } = require('node:util');
const { comeAndGo, hold } = require('./connections.js');
const { requests } = require('./http.js');
const { print } = require('./report.js');
const { read, relay, write } = require('./streams.js');
const { echo, echoRate, pingPong } = require('./tcp.js');
const udp = require('./udp.js');

/** Each resolves with the figures. */
const commands = {
  'tcp-ping-pong': pingPong,
  'tcp-echo': echo,
  'tcp-echo-rate': echoRate,
  'tcp-write': write,
  'tcp-read': read,
  'tcp-relay': relay,
  'tcp-come-and-go': comeAndGo,
  'tcp-hold': hold,
  'http-requests': requests,
  'udp-ping-pong': udp.pingPong,
  'udp-send-gso': udp.sendRuns,
  'udp-send-plain': udp.sendPlain,
  'udp-send-rate': udp.sendRate,
  'udp-receive': udp.receive,
};

/** Bytes, seconds, and messages per second. */
const DEFAULTS = { port: 0, seconds: 2, connections: 1, size: 64, rate: 100_000 };
const FLAGS = ['gro', 'awake'];

/** Seconds beyond the time of the run, when nobody is there any more who would end this process. */
const PATIENCE = 30;

function options(args) {
  const [numbers, flags] = [Object.keys(DEFAULTS), FLAGS].map((names, i) =>
    names.map((name) => [name, { type: i === 0 ? 'string' : 'boolean' }]),
  );
  const { values } = parseArgs({ args, options: Object.fromEntries([...numbers, ...flags]) });
  const given = { ...DEFAULTS, ...values };
  for (const name of Object.keys(DEFAULTS)) {
    given[name] = Number(given[name]);
    if (!(given[name] > 0 || name === 'port')) throw new Error(`--${name} needs a number above 0`);
  }
  return given;
}

const [name, ...args] = process.argv.slice(2);

// A socket's 'error' has no listener: whatever fails ends the run.
process.on('uncaughtException', (error) => {
  console.error(`${name}: ${error.message}`);
  process.exit(1);
});

async function main() {
  if (!Object.hasOwn(commands, name)) throw new Error('unknown command');
  const wanted = options(args);
  setTimeout(() => process.exit(1), (wanted.seconds + PATIENCE) * 1_000).unref();
  print(await commands[name](wanted));
  // Sockets may still be open.
  process.exit();
}

main();
