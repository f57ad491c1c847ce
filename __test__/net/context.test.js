'use strict';
// What surrounds a callback: the async context it runs in, what diagnostics channels are told, rejections.

const test = require('ava');
const { AsyncLocalStorage } = require('node:async_hooks');
const channels = require('node:diagnostics_channel');
const { EventEmitter, once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { closed, freePort, gone, listening, next, target, withFolder } = require('./pairs.js');

const storage = new AsyncLocalStorage();

/** Each event with the name of the context that its listener ran in. */
function contexts(emitter, events) {
  const seen = {};
  for (const event of events) {
    emitter.on(event, () => {
      seen[event] ??= storage.getStore() ?? 'none';
    });
  }
  return seen;
}

const CLIENT = ['lookup', 'connectionAttempt', 'connect', 'ready', 'data', 'drain', 'end', 'finish', 'close'];

for (const kind of ['an address', 'a name', 'a path']) {
  test(`contexts of a connection to ${kind}`, async (t) => {
    const trace = await compare(t, async ({ net }, see) => {
      await withFolder(async (folder) => {
        const server = storage.run('creating', () => net.createServer());
        const heard = contexts(server, ['listening', 'connection', 'close']);
        const accepted = {};
        server.on('connection', (socket) => {
          Object.assign(accepted, { context: contexts(socket, ['data', 'end', 'finish', 'close']) });
          socket.on('end', () => socket.end('bye'));
        });
        storage.run('listening', () =>
          server.listen(...(kind === 'a path' ? [`${folder}/s`] : [0, 'localhost'])),
        );
        await once(server, 'listening');
        const at =
          kind === 'a path'
            ? target(server)
            : {
                port: server.address().port,
                host: kind === 'a name' ? 'localhost' : server.address().address,
              };
        const client = storage.run('connecting', () => net.connect(at));
        const seen = contexts(client, CLIENT);
        const said = {};
        await next(client, 'connect');
        const say = (name) => () => {
          said[name] = storage.getStore() ?? 'none';
        };
        storage.run('writing', () => client.write('x', say('write')));
        await new Promise(setImmediate);
        storage.run('writing much', () => client.write(Buffer.alloc(8 << 20), say('large write')));
        await next(client, 'drain');
        storage.run('ending', () => client.end(say('end')));
        await next(client, 'close');
        await storage.run('closing', () => closed(server));
        see(heard, seen, said, accepted.context);
      });
    });
    t.is(trace[0][1].connect, 'connecting');
  });
}

test('contexts of what fails and what times out', async (t) => {
  await compare(t, async ({ net }, see) => {
    const port = await freePort(net);
    const client = storage.run('connecting', () => net.connect(port, '127.0.0.1'));
    const seen = contexts(client, ['connectionAttemptFailed', 'error', 'close']);
    await next(client, 'close');
    see(seen);
    const slow = storage.run('connecting', () =>
      net.connect({ port: 1, host: 'some.name', lookup: () => {} }),
    );
    const timed = contexts(slow, ['timeout', 'error', 'close']);
    storage.run('timing', () => slow.setTimeout(5));
    await next(slow, 'timeout');
    storage.run('destroying', () => slow.destroy(new Error('enough')));
    await next(slow, 'close');
    see(timed);
  });
});

test('contexts of getConnections, close and their callbacks', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = await listening(net.createServer());
    const store = (name) => () => see(name, storage.getStore());
    await new Promise((resolve) =>
      storage.run('counting', () => server.getConnections(() => resolve(store('counted')()))),
    );
    const end = next(server, 'close');
    storage.run('closing', () => server.close(store('closed')));
    await end;
  });
});

test.serial('diagnostics channels', async (t) => {
  const names = [
    'client.socket',
    'server.socket',
    'listen:asyncStart',
    'listen:asyncEnd',
    'listen:error',
  ].map((name) => (name.startsWith('listen') ? `tracing:net.server.${name}` : `net.${name}`));
  const trace = await compare(t, async ({ net }, see) => {
    const hears = (message, name) => {
      const { socket, server, ...rest } = message;
      // Other tests of this file run at the same time.
      if (!socket && !mine.has(server)) return;
      if (socket && !(socket instanceof net.Socket)) return;
      if (socket?._server && !mine.has(socket._server)) return;
      see(
        name,
        Object.keys(message),
        socket?.connecting ?? null,
        rest.error?.code,
        Object.keys(rest.options ?? {}),
      );
    };
    const mine = new Set();
    for (const name of names) channels.subscribe(name, hears);
    try {
      const server = net.createServer();
      mine.add(server);
      await listening(server, { port: 0, host: '127.0.0.1' });
      const client = net.connect(target(server));
      await Promise.all([once(server, 'connection'), once(client, 'connect')]);
      const second = net.createServer();
      mine.add(second);
      second.listen(server.address().port, '127.0.0.1');
      await next(second, 'error');
      await gone(client);
      await closed(server);
    } finally {
      for (const name of names) channels.unsubscribe(name, hears);
    }
  });
  t.true(trace.length >= 6);
});

test('a rejection of a connection listener destroys the socket, others are errors of the server', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = await listening(net.createServer());
    const client = net.connect(target(server)).on('error', () => {});
    const [socket] = await once(server, 'connection');
    server.on('error', (error) => see('server', error.message));
    socket.on('error', (error) => see('socket', error.message));
    server[EventEmitter.captureRejectionSymbol](new Error('of listening'), 'listening');
    server[EventEmitter.captureRejectionSymbol](new Error('of connection'), 'connection', socket);
    await next(socket, 'close');
    await gone(client);
    await closed(server);
  });
});
