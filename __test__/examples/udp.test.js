'use strict';

const test = require('ava');
const { startExample, startServer } = require('./programs.js');
const { testWithTwoHosts } = require('../helpers/two-hosts.js');

const hostTest = testWithTwoHosts(test);
const GROUP = '239.255.42.99';

for (const host of ['127.0.0.1', 'localhost']) {
  test(`udp-echo answers a datagram that is sent to ${host}`, async (t) => {
    const { program, port } = await startServer(t, 'udp-echo.js', ['serve', 0, host]);
    const { code, stdout } = await startExample(t, 'udp-echo.js', [
      'send',
      port,
      host,
      'over and back',
    ]).ended();
    t.is(code, 0);
    t.is(stdout, `127.0.0.1:${port} answered: over and back\n`);
    await program.prints(/13 bytes from 127\.0\.0\.1:\d+\n/);
  });
}

test('udp-echo says in one line that its port is taken, and ends', async (t) => {
  const { port } = await startServer(t, 'udp-echo.js', ['serve', 0]);
  const { code, stderr } = await startExample(t, 'udp-echo.js', ['serve', port]).ended();
  t.is(code, 1);
  t.is(stderr, `bind EADDRINUSE 127.0.0.1:${port}\n`);
});

test('an example that can do two things asks which', async (t) => {
  const { code, stderr } = await startExample(t, 'udp-echo.js').ended();
  t.is(code, 2);
  t.regex(stderr, /^Say what to do\. Usage: node .*udp-echo\.js \[serve\|send\] \[\.\.\.\]\n$/);
});

test('udp-multicast reports a group that is none', async (t) => {
  const { code, stderr } = await startExample(t, 'udp-multicast.js', ['listen', 0, '127.0.0.1']).ended();
  t.is(code, 1);
  t.is(stderr, 'addMembership EINVAL\n');
});

test('udp-multicast reaches every listener on this host', async (t) => {
  const { program: first, port } = await startServer(t, 'udp-multicast.js', [
    'listen',
    0,
    GROUP,
    '127.0.0.1',
  ]);
  const { program: second } = await startServer(t, 'udp-multicast.js', ['listen', port, GROUP, '127.0.0.1']);
  const sent = await startExample(t, 'udp-multicast.js', [
    'send',
    port,
    GROUP,
    '127.0.0.1',
    'to the group',
  ]).ended();
  t.deepEqual([sent.code, sent.stdout], [0, `Sent to ${GROUP}:${port}\n`]);
  await Promise.all([first, second].map((listener) => listener.prints(/: to the group\n/)));
});

hostTest('udp-broadcast reaches the other host and every listener on it', async (t, [here, there]) => {
  const { program: first, port } = await startServer(t, 'udp-broadcast.js', ['listen', 0], { host: there });
  const { program: second } = await startServer(t, 'udp-broadcast.js', ['listen', port], { host: there });
  const args = ['send', port, '192.0.2.255', 'good morning'];
  const sent = await startExample(t, 'udp-broadcast.js', args, { host: here }).ended();
  t.deepEqual([sent.code, sent.stderr], [0, '']);
  for (const listener of [first, second]) {
    const [, from] = await listener.prints(/^(.*):\d+: good morning$/m);
    t.is(from, here.address);
  }
});

hostTest('udp-broadcast to a network that is not there fails in one line', async (t, [here]) => {
  const { code, stderr } = await startExample(t, 'udp-broadcast.js', ['send', 9, '198.51.100.255'], {
    host: here,
  }).ended();
  t.is(code, 1);
  t.is(stderr, 'send ENETUNREACH 198.51.100.255:9\n');
});

hostTest(
  'udp-multicast reaches the other host only when that has joined the group',
  async (t, [here, there]) => {
    const other = '239.255.42.98';
    const options = { host: there };
    const { program: member, port } = await startServer(t, 'udp-multicast.js', ['listen', 0, GROUP], options);
    // The echo server of the same host is no member; it shows that the host itself is reached all the same.
    const send = (group, message) =>
      startExample(t, 'udp-multicast.js', ['send', port, group, here.address, message], {
        host: here,
      }).ended();
    t.is((await send(other, 'to another group')).code, 0);
    t.is((await send(GROUP, 'to this group')).code, 0);
    const [, from] = await member.prints(/^(.*):\d+: to this group$/m);
    t.is(from, here.address);
    t.false(member.stdout.includes('to another group'), 'datagrams of one path keep their order');
  },
);
