'use strict';
// What is measured. A scenario names the program under test and the load, and says how one run's figures are
// read from what both report. `value` is the figure, `messages` what the CPU time is divided by, `sent` and
// `delivered` say what was lost. `beside` names what runs besides the built-in and ferronet (implementations.js).
// `missing` says what this system lacks for it, or is null.

const { batchFeatures } = require('../lib/binding.js');

const MEGABYTE = 1e6;

const kernel = batchFeatures();
const without = (feature) => (kernel.includes(feature) ? null : `there is no ${feature} here`);
const unlessOn = (systems, reason) => (systems.includes(process.platform) ? null : reason);

/** The load acts on a program that serves. */
function served(name, { program, args = [], ...rest }) {
  const beside = rest.bare ? ['bare'] : [];
  const defaults = { lowerIsBetter: false, kind: 'served', missing: null, beside };
  return { name, ...defaults, program: { file: program, args }, ...rest };
}

/** The program sends to the load's receiver. */
function sent(name, { mode, size, receiver = [] }) {
  const gso = mode === 'burst' && receiver.includes('--gro') ? ['--gso'] : [];
  return {
    name,
    unit: 'sent/s',
    lowerIsBetter: false,
    kind: 'sent',
    missing: receiver.includes('--gro') ? without('UDP_GRO') : null,
    program: { file: 'udp-send.js', args: [mode] },
    bare: [mode === 'burst' ? 'serve-udp-send-bursts' : 'serve-udp-send-single', ...gso],
    beside: ['bare'],
    size,
    load: ['udp-receive', '--size', String(size), ...receiver],
    read: (program, load) => ({
      value: program.messages / program.seconds,
      messages: program.messages,
      sent: program.messages,
      delivered: load.messages,
    }),
  };
}

const latency = (_program, load) => ({ value: load.p50, messages: load.messages });
const rate = (_program, load) => ({ value: load.rate, messages: load.messages });
/** One "message" is a megabyte. */
const bytes = (_program, load) => ({
  value: load.bytes / MEGABYTE / load.seconds,
  messages: load.bytes / MEGABYTE,
});
const received = (program, load) => ({
  value: program.messages / load.seconds,
  messages: program.messages,
  sent: load.messages,
  delivered: program.messages,
});

const microseconds = { unit: 'µs', lowerIsBetter: true, read: latency };
const echoing = { unit: 'msg/s', program: 'tcp-echo.js', bare: ['serve-tcp-echo'], read: rate };
const streaming = { unit: 'MB/s', read: bytes };

function connections(count) {
  return ['--connections', String(count)];
}

const tcp = [
  served('TCP ping-pong 64 B, p50', {
    ...microseconds,
    program: 'tcp-echo.js',
    bare: ['serve-tcp-echo'],
    beside: ['busy', 'follower', 'bare'],
    load: ['tcp-ping-pong'],
  }),
  ...[1, 50, 500].map((count) =>
    served(`TCP echo 64 B, ${count} connection${count === 1 ? '' : 's'}`, {
      ...echoing,
      load: ['tcp-echo', ...connections(count)],
    }),
  ),
  served('TCP echo 64 B, 50 connections, clients awake', {
    ...echoing,
    load: ['tcp-echo', ...connections(50), '--awake'],
  }),
  // The rate is given, so only the CPU time can differ.
  ...[5_000, 20_000, 50_000].map((perSecond) =>
    served(`TCP echo 64 B, ${perSecond.toLocaleString('en-US')}/s`, {
      ...echoing,
      judgedBy: 'cpu',
      beside: ['follower', 'bare'],
      load: ['tcp-echo-rate', ...connections(50), '--rate', String(perSecond)],
    }),
  ),
  served('TCP sink', {
    ...streaming,
    program: 'tcp-sink.js',
    bare: ['serve-tcp-sink'],
    load: ['tcp-write'],
  }),
  served('TCP source', {
    ...streaming,
    program: 'tcp-source.js',
    bare: ['serve-tcp-source'],
    load: ['tcp-read'],
  }),
  served('TCP source, a head before each block', {
    ...streaming,
    program: 'tcp-source.js',
    args: ['framed'],
    load: ['tcp-read'],
  }),
  served('TCP relay', {
    ...streaming,
    kind: 'relayed',
    program: 'tcp-relay.js',
    bare: ['serve-tcp-relay'],
    load: ['tcp-relay'],
  }),
  served('TCP accept and close', {
    unit: 'connections/s',
    // One address of its loopback network can be connected from, and the ports of one are used up at once.
    missing: unlessOn(['linux', 'win32'], 'macOS has too few ports for it'),
    program: 'tcp-accept.js',
    bare: ['serve-tcp-sink'],
    load: ['tcp-come-and-go', ...connections(50)],
    read: rate,
  }),
  // V8 goes on compiling Node's http for seconds, on the program's core.
  served('HTTP/1.1 requests, 50 connections', {
    unit: 'requests/s',
    longer: 4,
    program: 'http-hello.js',
    byRegister: true,
    bare: ['serve-http'],
    load: ['http-requests', ...connections(50)],
    read: rate,
  }),
];

/** The load holds connections on which nothing happens. */
function held(name, count, rest) {
  return served(name, {
    kind: 'held',
    lowerIsBetter: true,
    program: 'tcp-hold.js',
    nodeFlags: ['--expose-gc'],
    load: ['tcp-hold', ...connections(count)],
    ...rest,
  });
}

const idle = [
  held('Memory per idle connection', 8_000, {
    unit: 'KiB',
    read: ({ grownBytes, connections }) => ({
      value: grownBytes / 1024 / connections,
      messages: connections,
    }),
  }),
  held('Wake-ups with 1,000 idle connections', 1_000, {
    unit: 'per second',
    kind: 'watched',
    missing: unlessOn(['linux'], 'only Linux tells of wake-ups (/proc)'),
    beside: ['follower'],
    read: ({ wakeups, seconds }) => ({ value: wakeups / seconds, messages: seconds }),
  }),
];

function udpReceive(name, load, extra) {
  const size = load.slice(load.indexOf('--size'));
  return served(name, {
    unit: 'recv/s',
    program: 'udp-receive.js',
    bare: ['serve-udp-receive', '--gro', ...size],
    load,
    read: received,
    ...extra,
  });
}

const udp = [
  served('UDP ping-pong 64 B, p50', {
    ...microseconds,
    program: 'udp-echo.js',
    bare: ['serve-udp-echo'],
    beside: ['busy', 'follower', 'bare'],
    load: ['udp-ping-pong'],
  }),
  // Loopback has no network card that would cut runs: the kernel does it on the sender's time when the
  // receiver does not take them whole. Both receivers are measured.
  sent('UDP send bursts 64 B', { mode: 'burst', size: 64, receiver: ['--gro'] }),
  sent('UDP send bursts 64 B, plain receiver', { mode: 'burst', size: 64 }),
  sent('UDP send bursts 1200 B', { mode: 'burst', size: 1200, receiver: ['--gro'] }),
  sent('UDP send one at a time 64 B', { mode: 'single', size: 64 }),
  ...[64, 1200].map((size) =>
    udpReceive(`UDP receive ${size} B, GSO sender`, ['udp-send-gso', '--size', String(size)], {
      missing: without('UDP_SEGMENT'),
    }),
  ),
  udpReceive('UDP receive 64 B, plain sender', ['udp-send-plain', '--size', '64'], {
    missing: unlessOn(['linux'], 'only Linux tells the sender of losses (/proc/net/udp)'),
  }),
  udpReceive('UDP receive 64 B, 100,000/s', ['udp-send-rate', '--rate', '100000', '--size', '64'], {
    judgedBy: 'cpu',
  }),
];

const workers = [1, 2].map((count) =>
  served(`TCP echo 64 B, 100 connections, ${count} worker${count === 1 ? '' : 's'}, not pinned`, {
    unit: 'msg/s',
    unpinned: true,
    since: [22, 12],
    missing: unlessOn(['linux'], 'reusePort shares a port on Linux only'),
    program: 'tcp-echo-workers.js',
    args: [String(count)],
    load: ['tcp-echo', ...connections(100)],
    read: rate,
  }),
);

module.exports = [...tcp, ...udp, ...idle, ...workers];
