'use strict';
// All forms of server.listen, its errors, and what a server says of itself until it is closed.

const test = require('ava');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { once } = require('node:events');
const os = require('node:os');
const { register } = require('../helpers/children.js');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');
const { builtin, ours } = require('../helpers/implementations.js');
const { closed, gone, listening, next, target, textOf, withFolder, withServer } = require('./pairs.js');

const SERVER_EVENTS = ['listening', 'error', 'close'];

/** Connects to the server and has what its connection listener says. */
const visit = (net, server) => textOf(net.connect(target(server)).on('error', () => {}));

/** Forms of listen on a free port; the folder is for paths. */
const forms = {
  'listen()': () => [],
  'listen(callback)': (_, called) => [called],
  'listen(null)': () => [null],
  'listen(undefined, callback)': (_, called) => [undefined, called],
  'listen(0)': () => [0],
  'listen("0")': () => ['0'],
  'listen(0, callback)': (_, called) => [0, called],
  'listen(0, host)': () => [0, '127.0.0.1'],
  'listen(0, host, callback)': (_, called) => [0, '127.0.0.1', called],
  'listen(0, backlog, callback)': (_, called) => [0, 5, called],
  'listen(0, host, backlog, callback)': (_, called) => [0, '127.0.0.1', 5, called],
  'listen(0, undefined, callback)': (_, called) => [0, undefined, called],
  'listen(0, "")': () => [0, ''],
  'listen(0, "localhost")': () => [0, 'localhost'],
  'listen(0, "::1")': () => [0, '::1'],
  'listen(0, "0.0.0.0")': () => [0, '0.0.0.0'],
  'listen({ port })': () => [{ port: 0 }],
  'listen({ port: null })': () => [{ port: null }],
  'listen({ port, host, backlog }, callback)': (_, called) => [
    { port: '0', host: '127.0.0.1', backlog: 1 },
    called,
  ],
  'listen({ ipv6Only })': () => [{ port: 0, host: '::', ipv6Only: true }],
  'listen({ ipv6Only }) without host': () => [{ port: 0, ipv6Only: true }],
  'listen({ exclusive })': () => [{ port: 0, host: '127.0.0.1', exclusive: true }],
  'listen({ reusePort })': () => [{ port: 0, host: '127.0.0.1', reusePort: true }],
  'listen(path)': (folder) => [`${folder}/s`],
  'listen(path, callback)': (folder, called) => [`${folder}/s`, called],
  'listen(path, backlog, callback)': (folder, called) => [`${folder}/s`, 3, called],
  'listen({ path })': (folder) => [{ path: `${folder}/s` }],
};

for (const [form, argsOf] of Object.entries(forms)) {
  test(form, async (t) => {
    const trace = await compare(t, async ({ net }, see) => {
      await withFolder(async (folder) => {
        const server = watch(
          see,
          'server',
          net.createServer((socket) => socket.end('hi').resume()),
          SERVER_EVENTS,
        );
        const args = argsOf(folder, function () {
          see('callback', this === server, arguments.length);
        });
        see('returns itself', server.listen(...args) === server);
        await once(server, 'listening');
        const name = (text) =>
          String(text)
            .replace(folder, 'folder')
            .replace(/\d{4,5}$/, 'PORT');
        const address = server.address();
        see(typeof address === 'string' ? name(address) : address, name(server._connectionKey));
        see(await visit(net, server));
        await closed(server);
        see(server.listening, server.address() && name(server.address()));
      });
    });
    t.true(trace.some(([text]) => text === 'hi'));
  });
}

test('a server without host takes both families, with ipv6Only one', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const ipv6Only of [false, true]) {
      const server = await listening(
        net.createServer((socket) => socket.end('hi').resume()),
        { port: 0, ipv6Only },
      );
      const { port } = server.address();
      for (const host of ['127.0.0.1', '::1']) {
        const client = net.connect({ port, host });
        client.on('error', (error) => see(error.code)).on('connect', () => see(ipv6Only, host));
        await next(client.resume(), 'close');
      }
      await closed(server);
    }
  });
});

test('an abstract name, and the modes of a path', async (t) => {
  await compare(t, async ({ net, name }, see) => {
    const server = await listening(
      net.createServer((s) => s.end('abstract').resume()),
      `\0${name} ${process.pid}`,
    );
    see(server.address() === `\0${name} ${process.pid}`, await visit(net, server));
    await closed(server);
    const refused = net.createServer();
    try {
      refused.listen({ path: '\0x', readableAll: true });
    } catch (error) {
      see(error.code, error.message);
    }
    await withFolder(async (folder) => {
      for (const readableAll of [false, true]) {
        for (const writableAll of [false, true]) {
          const server = net.createServer().listen({ path: `${folder}/s`, readableAll, writableAll });
          await once(server, 'listening');
          see((fs.statSync(`${folder}/s`).mode & 0o777).toString(8));
          await closed(server);
          see(fs.existsSync(`${folder}/s`));
        }
      }
    });
  });
});

test('a descriptor that was inherited is listened on', async (t) => {
  const source = `const server = require('net').createServer((socket) => socket.end('by the child').resume());
    server.listen({ fd: 3 }, () => console.log(typeof server.address().port, server._connectionKey));
    server.once('connection', () => server.close());`;
  const [expected, actual] = await Promise.all(
    [[], ['-r', register]].map(async (first) => {
      const parent = await listening(builtin.net.createServer());
      const stdio = ['ignore', 'pipe', 'inherit', parent._handle.fd];
      const child = spawn(process.execPath, [...first, '-e', source], { stdio, cwd: os.tmpdir() });
      const ends = next(child, 'close');
      const [line] = await once(child.stdout, 'data');
      const heard = textOf(builtin.net.connect(target(parent)));
      parent.close();
      return [String(line), await heard, await ends];
    }),
  );
  t.deepEqual(actual, expected);
  t.is(actual[1], 'by the child');
});

test('a descriptor that is no socket is an error', async (t) => {
  const [[error]] = await compare(t, async ({ net }, see) => {
    const fd = fs.openSync('/dev/null');
    const server = net.createServer().listen({ fd });
    see(...(await next(server, 'error')), server.listening);
    fs.closeSync(fd);
  });
  t.is(error.code, 'EINVAL');
});

test('the handle of another server is listened on', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const wrap of [
      (server) => server,
      (server) => server._handle,
      (server) => ({ handle: server._handle }),
    ]) {
      const first = await listening(net.createServer());
      const second = net.createServer((socket) => socket.end('taken over').resume()).listen(wrap(first));
      await once(second, 'listening');
      see(second.address(), await visit(net, second));
      await closed(second);
    }
  });
});

test('errors of listen: texts, keys, and the server afterwards', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const busy = await listening(net.createServer());
    const { port } = busy.address();
    await withFolder(async (folder) => {
      fs.writeFileSync(`${folder}/file`, '');
      const attempts = [
        [port, '127.0.0.1'],
        [0, '192.0.2.1'],
        [0, '2001:db8::1'],
        [`${folder}/file`],
        [`${folder}/none/s`],
      ];
      for (const where of attempts) {
        const server = net.createServer(() => {}).listen(...where);
        const [error] = await next(server, 'error');
        error.message = error.message.replaceAll(folder, 'folder');
        error.stack = error.stack.replaceAll(folder, 'folder');
        if (error.address) error.address = error.address.replaceAll(folder, 'folder');
        see(error, server.listening, String(server.address()).replaceAll(folder, 'folder'));
        await closed(await listening(server));
      }
      see(fs.existsSync(`${folder}/file`));
    });
    await closed(busy);
  });
  t.deepEqual(
    trace.slice(0, 2).map(([error]) => error.code),
    ['EADDRINUSE', 'EADDRNOTAVAIL'],
  );
});

test('listen on a server that listens throws, and so does listen in its own tick', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = net.createServer().listen(0);
    for (const when of ['at once', 'later']) {
      try {
        server.listen(0);
      } catch (error) {
        see(when, error.code, error.message);
      }
      if (when === 'at once') await once(server, 'listening');
    }
    await closed(server);
    await closed(await listening(server));
    see('listens again', server.listening);
  });
});

test('close before listening: no listening, and the callback is told', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const host of [undefined, 'localhost']) {
      const server = watch(see, 'server', net.createServer(), SERVER_EVENTS);
      server.listen(0, host);
      server.close((error) => see('callback', error));
      await next(server, 'close');
      server.close((error) => see('again', error));
      await next(server, 'close');
    }
    const never = watch(see, 'never', net.createServer(), SERVER_EVENTS);
    see(never.close() === never);
    await next(never, 'close');
  });
});

test('a signal closes the server, before or after it listens', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const when of ['before', 'at once', 'later']) {
      const control = new AbortController();
      if (when === 'before') control.abort();
      const server = watch(see, when, net.createServer(), SERVER_EVENTS);
      server.listen({ port: 0, signal: control.signal });
      if (when === 'at once') control.abort();
      if (when === 'later') {
        await once(server, 'listening');
        control.abort();
      }
      await next(server, 'close');
      see(server.listening, server.address());
    }
  });
});

test('close waits for connections; asyncDispose does too', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = await listening(net.createServer((socket) => socket.resume()));
    const client = net.connect(target(server));
    await Promise.all([once(server, 'connection'), once(client, 'connect')]);
    const dispose = server[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')];
    const over = dispose.call(server).then((value) => see('disposed', value));
    see(server.listening, server._connections);
    client.end(() => see('client ended')).resume();
    await over;
    see(await dispose.call(server));
  });
});

test('ref, unref and getConnections answer the server', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = net.createServer();
    see(server.ref() === server, server.unref() === server);
    see(server.getConnections((...args) => see('count', ...args)) === server);
    await closed(await listening(server));
    await new Promise((resolve) => server.getConnections(resolve));
    try {
      server.getConnections();
    } catch (error) {
      see(error.code);
    }
  });
});

test('maxConnections: drop, its data, and what 0 means', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const max of [0, 1]) {
      const server = net.createServer((socket) => socket.write('in'));
      server.maxConnections = max;
      server.on('drop', (data) => see('drop', data && Object.keys(data), data?.localFamily));
      await listening(server);
      const clients = [];
      for (let i = 0; i < 2; i++) {
        const client = net.connect(target(server)).on('error', () => {});
        const drop = next(server, 'drop').then(() => 'dropped');
        see(max, i, await Promise.race([next(client, 'data').then(String), drop]));
        clients.push(client);
      }
      for (const client of clients) await gone(client);
      await closed(server);
    }
  });
});

test('a blocked peer is closed without an event', async (t) => {
  // Node 20 knows no such option.
  if (Number.parseInt(process.versions.node, 10) < 22) return t.pass();
  await compare(t, async ({ net }, see) => {
    const blockList = new net.BlockList();
    blockList.addAddress('127.0.0.1');
    const server = net.createServer({ blockList }, (socket) => socket.end('in').resume());
    watch(see, 'server', server, ['drop']);
    await listening(server);
    see(await visit(net, server));
    await closed(server);
  });
});

test('options of a server reach its connections', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const options of [
      {},
      { allowHalfOpen: true },
      { pauseOnConnect: true },
      { highWaterMark: 10 },
      { highWaterMark: -1 },
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1500 },
    ]) {
      await withServer(net, options, undefined, async (server, at) => {
        const client = net.connect(at);
        const [socket] = await once(server, 'connection');
        const { allowHalfOpen, readableHighWaterMark, writableHighWaterMark, readableFlowing } = socket;
        see(options, allowHalfOpen, readableHighWaterMark, writableHighWaterMark, readableFlowing);
        see(socket.isPaused(), socket.server === server, socket.readyState, server.keepAliveInitialDelay);
        await gone(client);
      });
    }
  });
});

test('a literal host is bound at once, where the built-in waits a tick', async (t) => {
  const [mine, theirs] = [ours, builtin].map(({ net }) => net.createServer().listen(0, '127.0.0.1'));
  t.is(mine.address().address, '127.0.0.1');
  await Promise.all([mine, theirs].map((server) => once(server, 'listening').then(() => closed(server))));
});
