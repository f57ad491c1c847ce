'use strict';
// All forms of connect, by address and by name, the attempts, and how they fail.

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const {
  closed,
  freePort,
  gone,
  listening,
  next,
  record,
  target,
  withFolder,
  withServer,
} = require('./pairs.js');

const hello = (socket) =>
  socket
    .on('error', () => {})
    .end('hello')
    .resume();

/** Where a socket stands. */
const state = (s) => [
  s.connecting,
  s.pending,
  s.readyState,
  s.destroyed,
  s.bytesRead,
  s.bytesWritten,
  s.bufferSize,
];
const ends = (s) => [
  s.localAddress,
  s.localFamily,
  s.remoteAddress,
  s.remoteFamily,
  typeof s.localPort,
  s.address(),
];

/** A lookup that answers these addresses, in the form that is asked for. */
const answering = (addresses, asked) => (host, options, callback) => {
  asked?.push([host, options]);
  process.nextTick(() => {
    if (addresses instanceof Error) callback(addresses);
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address, addresses[0]?.family);
  });
};
const v4 = (address) => ({ address, family: 4 });

const forms = {
  'connect(port)': ({ port }) => [port],
  'connect(port, host)': ({ port }) => [port, '127.0.0.1'],
  'connect("port", host, callback)': ({ port }, called) => [String(port), '127.0.0.1', called],
  'connect(port, callback)': ({ port }, called) => [port, called],
  'connect({ port })': ({ port }) => [{ port }],
  'connect({ port, host }, callback)': (at, called) => [at, called],
  'connect({ port, host, family: 4 })': ({ port }) => [{ port, host: 'localhost', family: 4 }],
  'connect({ localAddress })': (at) => [{ ...at, localAddress: '127.0.0.2' }],
  'connect({ hints: 0, family: "IPv4" })': ({ port }) => [
    { port, host: 'localhost', hints: 0, family: 'IPv4' },
  ],
  'connect({ noDelay, keepAlive, timeout })': (at) => [
    { ...at, noDelay: true, keepAlive: true, timeout: 60_000 },
  ],
  'connect({ autoSelectFamily: false })': (at) => [{ ...at, autoSelectFamily: false }],
};

for (const [form, argsOf] of Object.entries(forms)) {
  for (const how of ['net.connect', 'net.createConnection', 'socket.connect']) {
    test(`${form} by ${how}`, async (t) => {
      const trace = await compare(t, async ({ net }, see) => {
        const server = await listening(
          net.createServer(hello),
          0,
          /127/.test(form) || /host/.test(form) ? '127.0.0.1' : undefined,
        );
        const { port } = server.address();
        const called = function () {
          see('callback', this.constructor.name, arguments.length);
        };
        const args = argsOf({ port, host: '127.0.0.1' }, called);
        const client =
          how === 'socket.connect' ? new net.Socket().connect(...args) : net[how.slice(4)](...args);
        const seen = record(client, [
          'data',
          'connectionAttempt',
          'connect',
          'ready',
          'end',
          'error',
          'close',
        ]);
        see(...state(client));
        await next(client, 'connect');
        see(...state(client), ...ends(client), client.timeout);
        await next(client, 'close');
        // A name may have two addresses, and resolve in either order.
        see(
          seen.filter(([event]) => event !== 'connectionAttempt'),
          ...state(client),
        );
        await closed(server);
      });
      t.true(JSON.stringify(trace).includes('hello'));
    });
  }
}

const lookups = {
  'one address': [v4('127.0.0.1')],
  'the same address twice': [v4('127.0.0.1'), v4('127.0.0.1')],
  'no address': [],
  'an error': Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }),
  'no IP address': [v4('name')],
  'an unknown family': [{ address: '127.0.0.1', family: 5 }],
  'a refused address and a good one': [v4('127.0.0.9'), v4('127.0.0.1')],
  'two refused addresses': [v4('127.0.0.8'), v4('127.0.0.9')],
  'both families, the first refused': [{ address: '::1', family: 6 }, v4('127.0.0.1')],
  'good, then bad': [v4('127.0.0.1'), v4('nonsense')],
};

for (const [answer, addresses] of Object.entries(lookups)) {
  for (const autoSelectFamily of [true, false]) {
    // The built-in breaks down: a list of no address has no first one.
    if (answer === 'no address' && autoSelectFamily) continue;
    test(`a lookup that answers ${answer}, autoSelectFamily ${autoSelectFamily}`, async (t) => {
      const trace = await compare(t, async ({ net }, see) => {
        await withServer(net, {}, hello, async (_, { port }) => {
          const asked = [];
          const lookup = answering(addresses, asked);
          // An attempt must not run out of its time because the machine is busy.
          const times = { autoSelectFamily, autoSelectFamilyAttemptTimeout: 10_000 };
          const client = net.connect({ port, host: 'some.name', lookup, ...times });
          const seen = record(client.resume());
          await next(client, 'close');
          see(
            asked,
            seen,
            client.autoSelectFamilyAttemptedAddresses?.map((a) => a.replace(/\d+$/, 'PORT')),
          );
        });
      });
      t.true(JSON.stringify(trace).includes('close'));
    });
  }
}

test('an attempt that nobody answers gives way to the next after its time', async (t) => {
  // 192.0.2.1 (RFC 5737) answers nobody. A network without a route to it says so, before its time or after.
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(net, {}, hello, async (_, { port }) => {
      const lookup = answering([v4('192.0.2.1'), v4('127.0.0.1')]);
      const options = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 20 };
      const client = net.connect({ port, host: 'some.name', lookup, ...options });
      const seen = record(client.resume());
      await next(client, 'close');
      const name = (event) => event.replace(/(Failed|Timeout)$/, 'Ended');
      see(seen.map(([event, address]) => [name(event), typeof address === 'string' ? address : null]));
    });
  });
  t.true(JSON.stringify(trace).includes('"connect"'));
});

test('a refused port: the attempt, the error and the state afterwards', async (t) => {
  await compare(t, async ({ net }, see) => {
    const port = await freePort(net);
    for (const more of [
      {},
      { localAddress: '127.0.0.3' },
      { host: 'localhost', family: 4 },
      { timeout: 5000 },
    ]) {
      const client = net.connect({ port, host: '127.0.0.1', ...more });
      const seen = record(client);
      client.write('unsent', (error) => seen.push(['written', error]));
      await next(client, 'close');
      see(seen, ...state(client));
    }
  });
});

test('local addresses that cannot be', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(net, {}, hello, async (server, at) => {
      for (const more of [
        { localAddress: '192.0.2.9' },
        { localAddress: '::1' },
        { localPort: at.port, localAddress: at.host },
      ]) {
        const client = net.connect({ ...at, ...more });
        const seen = record(client.resume());
        await next(client, 'close');
        see(seen);
      }
      see(server.listening);
    });
  });
});

test('a local port is kept', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(net, {}, hello, async (_, at) => {
      const localPort = await freePort(net);
      const client = net.connect({ ...at, localPort }).resume();
      await next(client, 'connect');
      see(client.localPort === localPort, client.localAddress);
      await next(client, 'close');
    });
  });
});

// Node 20 knows no such option.
const major = Number.parseInt(process.versions.node, 10);
(major < 22 ? test.skip : test)('an address on the block list is not tried', async (t) => {
  await compare(t, async ({ net }, see) => {
    const blockList = new net.BlockList();
    blockList.addAddress('127.0.0.1');
    await withServer(net, {}, hello, async (_, { port }) => {
      for (const lookup of [answering([v4('127.0.0.1')]), answering([v4('127.0.0.1'), v4('127.0.0.9')])]) {
        const client = net.connect({ port, host: 'some.name', lookup, blockList });
        const seen = record(client.resume());
        await next(client, 'close');
        see(seen);
      }
    });
  });
});

test('paths: connected, missing, no socket', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withFolder(async (folder) => {
      const fs = require('node:fs');
      const server = await listening(net.createServer(hello), `${folder}/s`);
      fs.writeFileSync(`${folder}/file`, '');
      for (const path of [`${folder}/s`, `${folder}/none`, `${folder}/file`]) {
        const client = net.connect(path).resume();
        const seen = record(client);
        see(...state(client));
        await next(client, 'close');
        see(seen.map(([event, error]) => [event, error?.code, error?.syscall, error && Object.keys(error)]));
      }
      await closed(server);
    });
  });
});

test('a socket connects again after its close, with the events of the first time', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(net, {}, hello, async (_, at) => {
      const client = new net.Socket();
      for (let i = 0; i < 3; i++) {
        const seen = record(client, ['data']);
        client.connect(at);
        see(...state(client));
        await next(client, 'close');
        client.removeAllListeners('data');
        see(seen, ...state(client));
      }
    });
  });
  t.is(JSON.stringify(trace).split('hello').length, 4);
});

test('a signal destroys the socket, before and while it connects and later', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(
      net,
      { allowHalfOpen: true },
      (s) => s.on('error', () => {}),
      async (server, at) => {
        for (const when of ['before', 'at once', 'later']) {
          const control = new AbortController();
          if (when === 'before') control.abort();
          const client = net.connect({ ...at, signal: control.signal });
          const seen = record(client);
          if (when === 'at once') control.abort();
          if (when === 'later') {
            await Promise.all([once(client, 'connect'), once(server, 'connection')]);
            control.abort();
          }
          await next(client, 'close');
          see(
            when,
            seen.map(([event, error]) => [event, error?.name, error?.code, error?.message]),
          );
        }
      },
    );
  });
});

test('the timeout option runs while nobody answers', async (t) => {
  await compare(t, async ({ net }, see) => {
    const client = net.connect({ port: 1, host: 'some.name', lookup: () => {}, timeout: 5 });
    await next(client, 'timeout');
    see(client.timeout, ...state(client));
    await gone(client);
    see(...state(client));
  });
});

test('ref, unref and options before the connection return the socket', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(net, {}, hello, async (server) => {
      const client = new net.Socket();
      see(
        ['ref', 'unref', 'setNoDelay', 'setKeepAlive', 'pause', 'resume'].map(
          (name) => client[name]() === client,
        ),
      );
      client.ref();
      client.connect(target(server));
      await next(client, 'close');
      see(client.bytesRead);
    });
  });
});

test('a connect that fails at once names the local address', (t) =>
  compare(t, async ({ net }, see) => {
    // A stream to the broadcast address cannot be (tcp(7)).
    const socket = net.connect(80, '255.255.255.255');
    see(...(await next(socket, 'error')));
    await next(socket, 'close');
  }));
