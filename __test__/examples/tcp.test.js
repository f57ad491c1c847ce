'use strict';

const test = require('ava');
const { once } = require('node:events');
const net = require('node:net');
const zlib = require('node:zlib');
const { freePort } = require('../net/pairs.js');
const { startExample, startServer } = require('./programs.js');

test('the tour shows a chat and a UDP exchange and ends with code 0', async (t) => {
  const { code, stdout, stderr } = await startExample(t, 'tour.js').ended();
  t.is(code, 0, stderr);
  t.is(stderr, '');
  const { version } = require('../../package.json');
  t.true(stdout.startsWith(`ferronet ${version} on Node ${process.version}, native core ferronet.`));
  t.regex(stdout, /require\('ferronet'\)/);
  for (const speaker of ['Ada', 'Brian', 'Chen']) {
    const heardBy = stdout.match(new RegExp(`(\\w+) +hears {2}${speaker} says: hello from ${speaker}`, 'g'));
    t.is(heardBy?.length, 2, 'the other two hear it');
  }
  t.regex(stdout, /sent three .* answered: "three" received/);
});

test('the echo server gives back what the echo client is fed, to the last byte', async (t) => {
  const { program, port } = await startServer(t, 'echo-server.js', [0]);
  const client = startExample(t, 'echo-client.js', [port]);
  const text = 'zażółć\n'.repeat(20_000);
  client.type(text);
  client.endInput();
  const { code, stdout } = await client.ended();
  t.is(code, 0);
  t.true(stdout === text);
  await program.prints(new RegExp(`left, ${Buffer.byteLength(text)} bytes echoed`));
});

test('the echo server serves several clients at once', async (t) => {
  const { port } = await startServer(t, 'echo-server.js', [0]);
  const clients = ['one', 'two', 'three'].map((word) => [word, startExample(t, 'echo-client.js', [port])]);
  // All are connected before the first says something.
  for (const [, client] of clients) await client.prints(/Connected/, 'stderr');
  for (const [word, client] of clients) {
    client.type(word);
    await client.prints(word);
    client.endInput();
  }
  for (const [word, client] of clients) {
    const { code, stdout } = await client.ended();
    t.deepEqual([code, stdout], [0, word]);
  }
});

// Elsewhere the kernel does not spread connections over the sockets of one port.
const linuxTest = process.platform === 'linux' ? test : test.skip;

linuxTest('the echo workers share one port, and each has a part of the clients', async (t) => {
  const { program, port } = await startServer(t, 'echo-workers.js', [0, '127.0.0.1', 2]);
  const answered = async (word) => {
    const client = startExample(t, 'echo-client.js', [port]);
    client.type(word);
    client.endInput();
    t.like(await client.ended(), { code: 0, stdout: word });
  };
  // The kernel chooses the worker by a hash of both ends: after some clients both have had one.
  const workers = () => new Set(program.stdout.match(/^Worker \d+ has/gm));
  for (let i = 0; workers().size < 2 && i < 30; i++) await answered(`hello ${i}`);
  t.is(workers().size, 2);
});

test('the echo client ends when the server has gone, though its input is still open', async (t) => {
  const { program, port } = await startServer(t, 'echo-server.js', [0]);
  const client = startExample(t, 'echo-client.js', [port]);
  client.type('x');
  await client.prints('x');
  await program.stop();
  const { signal } = await client.ended();
  t.is(signal, null);
});

test('a chat goes between the members and the keyboard of the server', async (t) => {
  const { program: server, port } = await startServer(t, 'chat-server.js', [0]);
  const join = async (name) => {
    const client = startExample(t, 'chat-client.js', [port, '127.0.0.1', name]);
    await client.prints(`Welcome, ${name}\n`);
    return client;
  };
  const ann = await join('Ann');
  const bob = await join('Bob');
  const zoe = await join('Zoë');
  await ann.prints(/Bob joined\n(.*\n)*Zoë joined\n/);

  bob.type('hello\n');
  await Promise.all([ann, zoe, server].map((program) => program.prints('Bob: hello\n')));
  server.type('dinner!\n');
  await Promise.all([ann, bob, zoe].map((program) => program.prints('server: dinner!\n')));
  // What came after it is here, so what was said before would be too.
  t.false(bob.stdout.includes('Bob: hello'), 'nobody hears himself');

  zoe.endInput();
  const { code, stdout } = await zoe.ended();
  t.is(code, 0);
  t.true(stdout.endsWith('Left the chat\n'));
  await Promise.all([ann, bob, server].map((program) => program.prints('Zoë left\n')));

  server.endInput();
  for (const program of [ann, bob, server]) t.like(await program.ended(), { code: 0, stderr: '' });
  t.regex(server.stdout, /^Chat closed$/m);
});

test('a member who breaks off leaves the chat, and the others go on', async (t) => {
  const { port } = await startServer(t, 'chat-server.js', [0]);
  const ann = startExample(t, 'chat-client.js', [port, '127.0.0.1', 'Ann']);
  await ann.prints('Welcome');
  const bob = startExample(t, 'chat-client.js', [port, '127.0.0.1', 'Bob']);
  await ann.prints('Bob joined');
  await bob.stop();
  await ann.prints('Bob left\n');
  const eve = startExample(t, 'chat-client.js', [port, '127.0.0.1', 'Eve']);
  await eve.prints('Welcome');
  eve.type('new here\n');
  await ann.prints('Eve: new here\n');
  t.false(eve.stdout.includes('Bob'));
});

test('the half-open server answers after the end of its client', async (t) => {
  const { program, port } = await startServer(t, 'half-open-server.js', [0]);
  const client = startExample(t, 'echo-client.js', [port]);
  const text = Buffer.from('all work and no play\n'.repeat(5_000));
  client.type(text);
  await client.prints(/Connected/, 'stderr');
  t.is(client.stdout, '', 'no answer before the end');
  client.endInput();
  const stdout = `${text.length} bytes become ${zlib.gzipSync(text).length}\n`;
  t.like(await client.ended(), { code: 0, stdout });
  await program.prints(`Compressed ${text.length} bytes\n`);
});

for (const { name, answersAtOnce, notices, answer } of [
  { name: 'echo-server.js', answersAtOnce: true, notices: /left, 3 bytes echoed\n/, answer: /you/ },
  { name: 'chat-server.js', answersAtOnce: true, notices: /me left\n/, answer: /you/ },
  {
    name: 'half-open-server.js',
    answersAtOnce: false,
    notices: /A client failed: ECONNRESET\n/,
    answer: /4 bytes become/,
  },
]) {
  test(`${name} goes on when a connection is reset`, async (t) => {
    const { program, port } = await startServer(t, name, [0]);
    const rude = net.connect(port, '127.0.0.1');
    await once(rude, 'connect');
    rude.write('me\n');
    if (answersAtOnce) await once(rude, 'data');
    rude.resetAndDestroy();
    await program.prints(notices);

    const polite = net.connect(port, '127.0.0.1');
    polite.end('you\n');
    const [data] = await once(polite, 'data');
    t.regex(String(data), answer);
    await once(polite, 'close');
  });
}

for (const name of ['echo-server.js', 'chat-server.js', 'half-open-server.js']) {
  test(`${name} says in one line that its port is taken, and ends`, async (t) => {
    const { port } = await startServer(t, 'echo-server.js', [0]);
    const { code, stdout, stderr } = await startExample(t, name, [port]).ended();
    t.is(code, 1);
    t.is(stdout, '');
    t.is(stderr, `listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
  });
}

for (const name of ['echo-client.js', 'chat-client.js']) {
  test(`${name} says in one line that nobody listens, and ends`, async (t) => {
    const port = await freePort(net);
    const { code, stderr } = await startExample(t, name, [port]).ended();
    t.is(code, 1);
    t.is(stderr, `connect ECONNREFUSED 127.0.0.1:${port}\n`);
  });
}

for (const [args, problem] of [
  [['x1'], '"x1" is not a port'],
  [['65536'], '"65536" is not a port'],
  [['1', 'h', 'more'], '"more" is one word too many'],
]) {
  test(`an example that is started with "${args.join(' ')}" says how it is used`, async (t) => {
    const { code, stderr } = await startExample(t, 'echo-server.js', args).ended();
    t.is(code, 2);
    t.true(stderr.startsWith(`${problem}. Usage: node `), stderr);
    t.true(stderr.endsWith('echo-server.js [port] [host]\n'), stderr);
  });
}
