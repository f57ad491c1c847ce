'use strict';
// Groups across two hosts with two cables between them: the interface that is joined, the one that is sent by, and
// the source. Receiver and sender are programs on the hosts, on the built-in and on ferronet by turns.

const test = require('ava');
const { spawn } = require('node:child_process');
const { tmpdir } = require('node:os');
const { register, waitForLine } = require('../helpers/children.js');
const { testWithTwoHosts } = require('../helpers/two-hosts.js');

const hostTest = testWithTwoHosts(test.serial, 2);

const PORT = 7788;

/** Does each step's calls, says so, collects messages until one says "end", and prints them. */
const RECEIVER = `
  const { type, steps } = JSON.parse(process.argv[1]);
  const socket = require('dgram').createSocket({ type, reuseAddr: true });
  let heard = [];
  function next() {
    const calls = steps.shift();
    if (!calls) return socket.close();
    for (const [method, ...args] of calls) socket[method](...args);
    heard = [];
    console.log('ready');
  }
  socket.on('message', (message, { address }) => {
    if (String(message) !== 'end') return heard.push(message + ' from ' + address);
    console.log('heard ' + JSON.stringify(heard));
    next();
  });
  socket.bind(${PORT}, next);`;

/** Sends one datagram after the other, each from an address and by an interface. */
const SENDER = `
  const { type, group, messages } = JSON.parse(process.argv[1]);
  const dgram = require('dgram');
  (function next() {
    const message = messages.shift();
    if (!message) return;
    const socket = dgram.createSocket(type);
    socket.bind(0, message.from, () => {
      if (message.by) socket.setMulticastInterface(message.by);
      socket.send(message.text, ${PORT}, message.to ?? group, (error) => {
        if (error) throw error;
        socket.close(next);
      });
    });
  })();`;

function start(t, host, implementation, source, options) {
  const preload = implementation === 'ferronet' ? ['-r', register] : [];
  const [command, ...args] = [...host.enter, process.execPath, ...preload, '-e', source];
  const child = spawn(command, [...args, JSON.stringify(options)], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

/** What the receiver hears after each of the steps. `end` is how it is told that nothing else comes. */
async function hear(t, [near, far], { type, group, steps, messages, end }, [sending, receiving]) {
  const receiver = start(t, far, receiving, RECEIVER, { type, steps });
  const heard = [];
  let ready = waitForLine(receiver, /ready\n/);
  for (let step = 0; step < steps.length; step++) {
    await ready;
    const said = waitForLine(receiver, /heard (.*)\n/);
    ready = step + 1 < steps.length ? waitForLine(receiver, /heard .*\nready\n/) : undefined;
    const all = [...messages, { text: 'end', to: end }];
    start(t, near, sending, SENDER, { type, group, messages: all });
    heard.push(JSON.parse((await said)[1]));
  }
  return heard;
}

const PAIRS = [
  ['builtin', 'builtin'],
  ['builtin', 'ferronet'],
  ['ferronet', 'builtin'],
  ['ferronet', 'ferronet'],
];

/** All pairs hear what is expected. */
async function allHear(t, hosts, scenario, expected) {
  for (const pair of PAIRS) t.deepEqual(await hear(t, hosts, scenario, pair), expected, pair.join(' to '));
}

hostTest('a group is joined, and sent to, by interface', async (t, hosts) => {
  const [near, far] = hosts.map(({ cables }) => cables.map(({ address }) => address));
  const group = '239.1.2.3';
  const steps = [
    [['addMembership', group, far[0]]],
    [['addMembership', group, far[1]]],
    [['dropMembership', group, far[0]]],
  ];
  const messages = near.map((by, n) => ({ by, text: `cable ${n}` }));
  const [first, second] = near.map((address, n) => `cable ${n} from ${address}`);
  const scenario = { type: 'udp4', group, steps, messages, end: far[0] };
  await allHear(t, hosts, scenario, [[first], [first, second], [second]]);
});

hostTest('a group is joined for one source', async (t, hosts) => {
  const [near, far] = hosts.map(({ cables }) => cables.map(({ address }) => address));
  const group = '232.1.2.3';
  const steps = [
    [['addSourceSpecificMembership', near[0], group, far[0]]],
    [['addSourceSpecificMembership', near[1], group, far[0]]],
    [['dropSourceSpecificMembership', near[0], group, far[0]]],
  ];
  // Both sources send by the first cable.
  const messages = near.map((from, n) => ({ from, by: near[0], text: `source ${n}` }));
  const [first, second] = near.map((address, n) => `source ${n} from ${address}`);
  const scenario = { type: 'udp4', group, steps, messages, end: far[0] };
  await allHear(t, hosts, scenario, [[first], [first, second], [second]]);
});

hostTest('an IPv6 group is joined, and sent to, by the name of an interface', async (t, hosts) => {
  const [near, far] = hosts.map(({ cables }) => cables.map(({ device }) => `::%${device}`));
  const group = 'ff15::1234';
  const steps = [
    [['addMembership', group, far[0]]],
    [['addMembership', group, far[1]]],
    [['dropMembership', group, far[0]]],
  ];
  const from = hosts[0].cables.map(({ address6 }) => address6);
  const messages = near.map((by, n) => ({ by, from: from[n], text: `cable ${n}` }));
  const [first, second] = from.map((address, n) => `cable ${n} from ${address}`);
  const scenario = { type: 'udp6', group, steps, messages, end: hosts[1].cables[0].address6 };
  await allHear(t, hosts, scenario, [[first], [first, second], [second]]);
});
