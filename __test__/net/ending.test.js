'use strict';
// How connections end: in order, by destroy at any moment, by reset, by a listener that throws.

const test = require('ava');
const { getEventListeners } = require('node:events');
const os = require('node:os');
const { runProgram } = require('../helpers/children.js');
const { compare } = require('../helpers/compare.js');
const { ours } = require('../helpers/implementations.js');
const {
  WITH_DATA,
  closed,
  freePort,
  listening,
  next,
  record,
  target,
  withFolder,
  withPair,
  withServer,
} = require('./pairs.js');

const eventsOf = (trace, label) => trace.find(([name]) => name === label)[1].map(([event]) => event);

/** What a socket says of itself when all is over. */
const remains = (s) => [
  s.destroyed,
  s.closed,
  s.errored,
  s.readyState,
  s.pending,
  s.connecting,
  s.readable,
  s.writable,
  s.readableEnded,
  s.writableFinished,
  s.readableAborted,
  s.bytesRead,
  s.bytesWritten,
  s.remoteAddress,
  s.localPort,
  s._handle,
];

test('an end goes to and fro: end, prefinish, finish and close in this order on both sides', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const [c, p] = [record(client, WITH_DATA), record(peer, WITH_DATA)];
      const ends = [next(client, 'close'), next(peer, 'close')];
      client.end('last words', () => c.push(['callback of end']));
      see('after end', client.writable, client.readable, client.readyState, client.writableEnded);
      await Promise.all(ends);
      see('client', c);
      see('server', p);
      see('remains', remains(client), remains(peer));
    });
  });
  t.deepEqual(eventsOf(trace, 'server'), ['data', 'end', 'prefinish', 'finish', 'close']);
});

test('both sides end at once', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const [c, p] = [record(client, WITH_DATA), record(peer, WITH_DATA)];
      const ends = [next(client, 'close'), next(peer, 'close')];
      client.end('a');
      peer.end('b');
      await Promise.all(ends);
      see(c, p, remains(client), remains(peer));
    });
  });
});

/** Moments of a client's life; each gives the socket when it has come there. */
const stages = {
  'before connect': async (net) => new net.Socket(),
  'in the tick of connect': async (net, at) => net.connect(at),
  'in the tick of connect by name': async (net, at) => net.connect({ ...at, host: 'localhost', family: 4 }),
  'with a write that waits for the connection': async (net, at) => {
    const socket = net.connect(at);
    socket.write('never');
    return socket;
  },
  'when connected': async (net, at) => {
    const socket = net.connect(at);
    await next(socket, 'connect');
    return socket;
  },
  'with a write in the same tick': async (net, at) => {
    const socket = await stages['when connected'](net, at);
    socket.write('x');
    return socket;
  },
  'after end in the same tick': async (net, at) => {
    const socket = await stages['when connected'](net, at);
    return socket.end('x');
  },
  'with more written than the kernel takes': async (net, at) => {
    const socket = await stages['when connected'](net, at);
    socket.write(Buffer.alloc(1 << 24), (error) => socket.emit('written', error?.code));
    socket.write('and more', (error) => socket.emit('written', error?.code));
    return socket;
  },
  'when half ended': async (net, at) => {
    const socket = net.connect({ ...at, allowHalfOpen: true });
    socket.end();
    await next(socket, 'finish');
    return socket;
  },
  'when destroyed already': async (net, at) => {
    const socket = await stages['when connected'](net, at);
    return socket.destroy();
  },
  'when closed': async (net, at) => {
    const socket = await stages['when connected'](net, at);
    socket.destroy();
    await next(socket, 'close');
    return socket;
  },
};

const ways = {
  destroy: (socket) => socket.destroy(),
  'destroy with an error': (socket) => socket.destroy(new Error('enough')),
  resetAndDestroy: (socket) => socket.resetAndDestroy(),
  destroySoon: (socket) => socket.destroySoon() ?? socket.destroy(),
};

for (const [way, end] of Object.entries(ways)) {
  for (const [stage, reach] of Object.entries(stages)) {
    // The built-in gives 'reset EINVAL' behind a FIN, and no close.
    if (way === 'resetAndDestroy' && /end/.test(stage)) continue;
    test(`${way} ${stage}`, async (t) => {
      const trace = await compare(t, async ({ net }, see) => {
        const onConnection = (socket) => socket.on('error', () => {}).pause();
        await withServer(net, { allowHalfOpen: true }, onConnection, async (server, at) => {
          const socket = await reach(net, at);
          const seen = record(socket, [...WITH_DATA, 'written']);
          const over = socket.closed || next(socket, 'close');
          const result = end(socket);
          see('returns itself', result === socket, socket.destroyed, socket.readyState, socket.pending);
          await over;
          // Whatever else might come has come when the server has answered somebody else.
          const other = net.connect(at);
          await Promise.all([next(other, 'connect'), next(server, 'connection')]);
          other.destroy();
          // The answer of a lookup that nobody waits for any more comes when it likes.
          const own = seen.filter(([event]) => event !== 'lookup');
          see('client', own, remains(socket));
        });
      });
      t.is(trace.length, 2);
    });
  }
}

test('a reset is ECONNRESET for the peer, whose close says so', async (t) => {
  const [[, seen]] = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client, WITH_DATA);
      const end = next(client, 'close');
      see.peer = record(peer);
      peer.resetAndDestroy();
      await end;
      see('client', seen, remains(client));
      see('server', see.peer, remains(peer));
    });
  });
  t.like(seen[0][1], { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' });
  t.deepEqual(seen[1], ['close', true]);
});

test('a reset loses what the reader has not read, and a paused reader hears of it when it reads on', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client);
      peer.write('x');
      await next(client, 'readable');
      client.pause();
      const end = next(client, 'close');
      peer.resetAndDestroy();
      await next(peer, 'close');
      client.resume();
      await end;
      see('client', seen);
    });
  });
});

test('resetAndDestroy of a unix socket is refused', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withFolder((folder) =>
      withPair(net, { where: [`${folder}/socket`] }, async ({ client }) => {
        try {
          client.resetAndDestroy();
        } catch (error) {
          see(error, client.destroyed);
        }
      }),
    );
  });
});

const eventsWith = ['lookup', 'connect', 'ready', 'readable', 'data', 'drain', 'end'];
for (const event of [...eventsWith, 'prefinish', 'finish', 'close']) {
  for (const error of [undefined, new Error('enough')]) {
    test(`destroy${error ? ' with an error' : ''} in '${event}'`, async (t) => {
      const trace = await compare(t, async ({ net }, see) => {
        const greet = (socket) => socket.on('error', () => {}).end('hello');
        await withServer(net, { allowHalfOpen: true }, greet, async (server, { port }) => {
          server.on('connection', (socket) => socket.resume());
          const client = net.connect({ port, host: 'localhost', family: 4, highWaterMark: 4 });
          const seen = record(client, event === 'readable' ? undefined : WITH_DATA);
          client.on(event, () => {
            seen.push([`destroy in ${event}`, client.destroyed]);
            client.destroy(error);
          });
          client.write('more than the mark');
          if (event !== 'drain') client.end();
          await next(client, 'close');
          see(seen, client.destroyed);
        });
      });
      t.true(JSON.stringify(trace).includes(`destroy in ${event}`));
    });
  }
}

test("destroy in 'timeout'", async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const error of [undefined, new Error('enough')]) {
      await withPair(net, {}, async ({ client }) => {
        const seen = record(client);
        client.setTimeout(5, () => client.destroy(error));
        await next(client, 'close');
        see(seen, remains(client));
      });
    }
  });
});

test("destroy in 'connectionAttempt' is the end of it, where the built-in breaks down", async (t) => {
  const server = await listening(ours.net.createServer(() => t.fail()));
  const client = ours.net.connect({ ...target(server), host: 'localhost', family: 4 });
  const seen = record(client);
  client.on('connectionAttempt', () => client.destroy());
  await next(client, 'close');
  t.deepEqual(
    seen.map(([event]) => event),
    ['lookup', 'connectionAttempt', 'close'],
  );
  await closed(server);
});

test('destroy in the error of a refused connect changes nothing', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const client = net.connect(await freePort(net), '127.0.0.1');
    const seen = record(client);
    client.on('error', () => client.destroy(new Error('another')));
    await next(client, 'close');
    see(seen, remains(client));
  });
  t.deepEqual(trace[0][0].at(-1), ['close', true]);
});

/** A program on both; what it printed. */
async function sameOutput(t, source) {
  const options = { cwd: os.tmpdir() };
  const expected = await runProgram(source, { ...options, builtin: true });
  const actual = await runProgram(source, options);
  const lines = ({ stdout }) => stdout.trim().split('\n').sort();
  t.deepEqual({ ...actual, stdout: lines(actual) }, { ...expected, stdout: lines(expected) });
  return lines(actual);
}

const watched = `
  process.on('uncaughtException', (error) => console.log('uncaught', error.message));
  const net = require('net');
  const { once } = require('events');
`;

for (const event of ['connect', 'ready', 'data', 'end', 'finish', 'close', 'drain']) {
  test(`a listener of '${event}' that throws reaches uncaughtException, and the rest goes on`, async (t) => {
    const lines = await sameOutput(
      t,
      `${watched}
      const server = net.createServer((socket) => {
        socket.on('error', () => {}).end('hello').resume();
      }).listen(0, '127.0.0.1', () => {
        let left = 3;
        for (let i = 0; i < 3; i++) {
          const seen = [];
          const client = net.connect({ port: server.address().port, host: '127.0.0.1', highWaterMark: 4 });
          for (const event of ['connect', 'ready', 'data', 'drain', 'end', 'finish', 'close'])
            client.on(event, (value) => seen.push(event + ' ' + (value ?? '')));
          client.on('close', () => {
            console.log(seen.join(', '));
            if (--left === 0) server.close(() => console.log('server closed'));
          });
          client.on('${event}', () => {
            // What the stream does behind its listeners does not come to be done.
            if (!/data|close/.test('${event}')) process.nextTick(() => client.destroy());
            throw new Error('thrown');
          });
          client.write('more than the mark');
        }
      });`,
    );
    t.is(lines.filter((line) => line === 'uncaught thrown').length, 3);
    t.is(lines.filter((line) => /, close/.test(line)).length, 3);
    t.true(lines.includes('server closed'));
  });
}

test('a tick that throws reaches uncaughtException, also between the events of one turn', async (t) => {
  const lines = await sameOutput(
    t,
    `${watched}
    let left = 8;
    const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1', () => {
      for (let i = 0; i < 8; i++) {
        const client = net.connect(server.address().port, '127.0.0.1', () => {
          process.nextTick(() => {
            throw new Error('in tick ' + i);
          });
          client.end();
        });
        client.on('close', () => --left || server.close(() => console.log('done')));
      }
    });`,
  );
  t.is(lines.length, 9);
});

test('a tick that throws when another socket was just found readable costs that one nothing', async (t) => {
  const lines = await sameOutput(
    t,
    `${watched}
    const accepted = [];
    let first, second;
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      if (accepted.push(socket) === 2) begin(...accepted);
    }).listen(0, '127.0.0.1', () => {
      const to = { port: server.address().port, host: '127.0.0.1' };
      first = net.connect(to, () => (second = net.connect(to)));
    });
    function begin(peerOfFirst, peerOfSecond) {
      peerOfSecond.on('end', () => {
        console.log('end of second');
        server.close(() => console.log('done'));
        for (const socket of [first, second, peerOfFirst, peerOfSecond]) socket.destroy();
      });
      peerOfFirst.on('data', () => {
        // Starts to read at once, where resume() would leave that to a tick.
        peerOfSecond.read(0);
        peerOfSecond.resume();
        process.nextTick(() => {
          throw new Error('in a tick');
        });
      }).resume();
      second.end('waits already');
      first.write('go');
    }`,
  );
  t.deepEqual(lines, ['done', 'end of second', 'uncaught in a tick']);
});

test('listeners and callbacks that throw do not keep async_hooks from the end of what they belong to', async (t) => {
  const lines = await sameOutput(
    t,
    `${watched}
    const live = new Set();
    require('async_hooks').createHook({
      init: (id, type) => /^TCP|^FERRONET_/.test(type) && live.add(id),
      destroy: (id) => live.delete(id),
    }).enable();
    const server = net.createServer((socket) => {
      socket.resume().end(Buffer.alloc(1 << 24), () => { throw new Error('at finish'); });
      socket.on('close', () => { throw new Error('peer'); });
    }).listen(0, '127.0.0.1', () => {
      const client = net.connect(server.address().port, '127.0.0.1').resume();
      client.on('close', () => {
        server.close();
        const watch = setInterval(() => {
          if (live.size > 0) return;
          console.log('none is left');
          clearInterval(watch);
        });
        throw new Error('client');
      });
    });`,
  );
  t.true(lines.includes('none is left'));
  t.is(lines.filter((line) => line.startsWith('uncaught')).length, 3);
});

test('a listener that throws at every piece of 4 MB has all of them, and the end', async (t) => {
  const lines = await sameOutput(
    t,
    `const net = require('net');
    let thrown = 0;
    process.on('uncaughtException', () => thrown++);
    const server = net.createServer((socket) => {
      let [pieces, bytes] = [0, 0];
      socket.on('data', (data) => {
        pieces++;
        bytes += data.length;
        throw new Error('thrown');
      });
      socket.on('end', () => console.log(bytes, pieces > 1, pieces === thrown));
      socket.on('close', () => server.close());
    }).listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1').end(Buffer.alloc(1 << 22)).resume();
    });`,
  );
  t.deepEqual(lines, ['4194304 true true']);
});

test('a connection listener that throws leaves the connection open and the server alive', async (t) => {
  const lines = await sameOutput(
    t,
    `${watched}
    let number = 0;
    const sockets = [];
    const server = net.createServer((socket) => {
      sockets.push(socket);
      if (++number < 3) throw new Error('listener ' + number);
      for (const socket of sockets) socket.end('welcome');
    }).listen(0, '127.0.0.1', async () => {
      const heard = [];
      for (let i = 0; i < 3; i++) {
        const client = net.connect(server.address().port, '127.0.0.1');
        heard.push(once(client, 'data'));
        client.on('end', () => client.destroy());
      }
      for (const [data] of await Promise.all(heard)) console.log(String(data));
      server.close(() => console.log('closed', server._connections));
    });`,
  );
  t.deepEqual(lines, [
    'closed 0',
    'uncaught listener 1',
    'uncaught listener 2',
    'welcome',
    'welcome',
    'welcome',
  ]);
});

test('an error without a listener ends the program', async (t) => {
  for (const make of [
    `require('net').connect(1, '127.0.0.1')`,
    `require('net').createServer().listen(0, '127.0.0.1').emit('error', new Error('x'))`,
  ]) {
    const expected = await runProgram(make, { builtin: true, cwd: os.tmpdir() });
    const actual = await runProgram(make, { cwd: os.tmpdir() });
    t.is(actual.code, expected.code);
    t.is(actual.code, 1);
    t.regex(actual.stderr, /^Error: (connect ECONNREFUSED|x)/m);
  }
});

test('a signal is listened to once, and aborting it destroys the socket', async (t) => {
  const seen = await compare(t, async ({ net }, see) => {
    const abort = new AbortController();
    const socket = new net.Socket({ signal: abort.signal });
    see('listeners', getEventListeners(abort.signal, 'abort').length);
    for (const event of ['error', 'close']) socket.on(event, (seen) => see(event, seen?.name));
    abort.abort();
    await new Promise((resolve) => socket.once('close', resolve));
    see('left', getEventListeners(abort.signal, 'abort').length, socket.destroyed);
  });
  t.deepEqual(seen[0], ['listeners', 1]);
});
