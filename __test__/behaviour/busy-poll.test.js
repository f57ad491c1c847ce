'use strict';
// Busy polling (lib/reactor/busy-poll.js): what it must not change, and that it is on.

const test = require('ava');
const { setBusyPoll } = require('../..');
const { root, runNode } = require('../helpers/children.js');

const NO_SUCH_SETTING = [
  ['60', 'ERR_INVALID_ARG_TYPE'],
  [undefined, 'ERR_INVALID_ARG_TYPE'],
  [1.5, 'ERR_OUT_OF_RANGE'],
  [-1, 'ERR_OUT_OF_RANGE'],
  [1_000_001, 'ERR_OUT_OF_RANGE'],
];

for (const [value, code] of NO_SUCH_SETTING) {
  test(`setBusyPoll(${JSON.stringify(value)}) throws`, (t) => {
    t.throws(() => setBusyPoll(value), { code });
  });
}

test('FERRONET_BUSY_POLL takes the same values', async (t) => {
  const { code, stderr } = await runNode(['-p', `typeof require(${JSON.stringify(root)})`], {
    env: { FERRONET_BUSY_POLL: 'much' },
  });
  t.is(code, 1);
  t.regex(stderr, /The value of "FERRONET_BUSY_POLL" is out of range/);
});

/**
 * Echoes over TCP and UDP, then counts the immediates of ferronet within a time in which nothing happens, closes
 * everything and leaves by itself.
 */
const program = `
  const { once } = require('node:events');
  const { setTimeout: after } = require('node:timers/promises');
  const hooks = require('node:async_hooks');
  const { net, dgram } = require(${JSON.stringify(root)});

  let immediates = 0;
  hooks.createHook({ init: (id, type) => { if (type === 'Immediate') immediates++; } }).enable();

  async function main() {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(server.address().port, '127.0.0.1').setEncoding('utf8');
    client.write('over TCP');
    console.log(...(await once(client, 'data')));

    const udp = dgram.createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    udp.send('over UDP', udp.address().port, '127.0.0.1');
    console.log(String((await once(udp, 'message'))[0]));

    immediates = 0;
    await after(50);
    console.log(immediates > 5 ? 'polling' : 'asleep');
    client.end();
    server.close();
    udp.close();
  }
  main();
`;

for (const waiter of ['nested', 'follower']) {
  for (const [micros, state] of [
    ['0', 'asleep'],
    ['1000000', 'polling'],
  ]) {
    test(`with ${micros} µs on the ${waiter} waiter sockets work, and the program is ${state} and ends`, async (t) => {
      const env = { FERRONET_WAITER: waiter, FERRONET_BUSY_POLL: micros };
      const ended = await runNode(['-e', program], { env });
      t.deepEqual(ended, { code: 0, signal: null, stderr: '', stdout: `over TCP\nover UDP\n${state}\n` });
    });
  }
}
