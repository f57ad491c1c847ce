'use strict';
// What programs rely on when they listen, count and refuse.

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');
const { builtin, ours } = require('../helpers/implementations.js');

async function closed(server) {
  server.close();
  await once(server, 'close');
}

test('a server has its address on the line after listen with a literal host, where the built-in has none yet', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = ours.net.createServer();
    t.is(server.listen(0, host), server);
    const address = server.address();
    t.like(address, { address: host, family: host === '::1' ? 'IPv6' : 'IPv4' });
    t.true(address.port > 0);
    let announced = false;
    server.on('listening', () => (announced = true));
    t.false(announced, 'a listener that is added after listen() still hears of it');
    await once(server, 'listening');
    t.true(announced);
    t.deepEqual(server.address(), address);
    await closed(server);
  }
});

test('a server has its address on the line after listen without a host, like the built-in', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = net.createServer();
    see('before', server.address(), server.listening);
    server.listen(0);
    see('after', server.address(), server.listening);
    await once(server, 'listening');
    see('listening', server.address(), server.listening);
    await closed(server);
    see('closed', server.address(), server.listening);
  });
});

test('a server that listens by the name localhost tells the address in its callback', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    see('address', server.address());
    await closed(server);
  });
  t.is(trace.length, 1);
});

test('a port that is taken is an error with the text and the keys of the built-in', async (t) => {
  const [[, error]] = await compare(t, async ({ net }, see) => {
    const first = net.createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const second = net.createServer();
    second.on('listening', () => see('listening'));
    second.listen(first.address().port, '127.0.0.1');
    const [refusal] = await once(second, 'error');
    see('refused', refusal);
    see('second', second.listening, second.address());

    // The same server may try again with another port.
    second.listen(0, '127.0.0.1');
    await once(second, 'listening');
    see('second again', second.address());
    await Promise.all([closed(first), closed(second)]);
  });
  t.is(error.message, 'listen EADDRINUSE: address already in use 127.0.0.1:PORT1');
  t.deepEqual(error.keys, ['code', 'errno', 'syscall', 'address', 'port']);
});

test('maxConnections refuses the third of two and takes another when one has gone', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const server = net.createServer((socket) => socket.end('come in').resume());
    server.maxConnections = 2;
    // The ones that stay: the server has answered and waits for their end.
    const stay = () => net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
    const hears = async (name, socket) => see(`${name} hears`, String((await once(socket, 'data'))[0]));
    const count = () => new Promise((resolve) => server.getConnections((error, n) => resolve([error, n])));

    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const first = stay();
    await hears('first', first);
    const second = stay();
    await hears('second', second);
    see('connections', ...(await count()));

    const third = net.connect(server.address().port, '127.0.0.1');
    third.on('data', () => see('third hears'));
    const [[dropped]] = await Promise.all([once(server, 'drop'), once(third.resume(), 'close')]);
    see('dropped', Object.keys(dropped).sort(), dropped.remotePort === third.localPort, third.bytesRead);
    see('connections', ...(await count()));

    first.end();
    await once(first, 'close');
    // The place is free when the server has seen the end too; it has when it says so.
    while ((await count())[1] > 1) await new Promise(setImmediate);
    const fourth = stay();
    await hears('fourth', fourth);
    for (const socket of [second, fourth]) socket.end();
    await closed(server);
  });
  t.deepEqual(
    trace.filter(([event]) => event.endsWith('hears')).map(([event]) => event),
    ['first hears', 'second hears', 'fourth hears'],
  );
});

test('a server says hello and ends, and every client has all of it and the end', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const server = net.createServer((socket) => socket.end('Hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (const name of ['first', 'second']) {
      const client = net.connect(server.address().port, '127.0.0.1');
      watch(see, name, client, ['connect', 'data', 'end', 'finish', 'close', 'error']);
      await once(client, 'close');
      see(name, client.bytesRead, client.bytesWritten, client.destroyed);
    }
    await closed(server);
  });
  t.true(trace.some(([event]) => event === 'second end'));
});

test('a server closes when its last client has left, and says so once', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const client = net.connect(port, '127.0.0.1');
    await Promise.all([once(server, 'connection'), once(client, 'connect')]);
    server.on('close', () => see('server close'));
    server.close((error) => see('callback', error));
    server.close((error) => see('callback of a second close', error));
    see('still open', server.listening, client.destroyed);
    client.end(() => see('client ends'));
    await once(server, 'close');
    see('gone', server.listening, server.address());
    const [late] = await once(net.connect(port, '127.0.0.1'), 'error');
    see('nobody listens any more', late.code);
  });
});

test('both implementations are really different', (t) => {
  t.not(builtin.net.Server, ours.net.Server);
  t.not(builtin.dgram.Socket, ours.dgram.Socket);
});
