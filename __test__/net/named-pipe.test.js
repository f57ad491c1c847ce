'use strict';
// Named pipes of Windows behave as the built-in's: what a path is there. Skipped elsewhere.

const ava = require('ava');
const crypto = require('node:crypto');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const {
  SOCKET_EVENTS,
  WITH_DATA,
  closed,
  gone,
  listening,
  next,
  record,
  textOf,
  withPair,
} = require('./pairs.js');

const test = process.platform === 'win32' ? ava : ava.skip;

let names = 0;
/** The name of a pipe that nobody has. */
const freeName = () => `\\\\.\\pipe\\ferronet-test-${process.pid}-${++names}`;

/** Gives `use` a pair that is connected by a pipe. */
const onPipe = (net, use, options) => withPair(net, { where: [freeName()], ...options }, use);

const sha256 = () => crypto.createHash('sha256');

test('a conversation by name, in both spellings of the prefix', async (t) => {
  for (const prefix of ['\\\\.\\pipe\\', '\\\\?\\pipe\\']) {
    const trace = await compare(t, async ({ net }, see) => {
      const server = await listening(net.createServer(), freeName().replace('\\\\.\\pipe\\', prefix));
      const client = net.connect(server.address());
      const [peer] = await once(server, 'connection');
      const [c, p] = [record(client, WITH_DATA), record(peer, WITH_DATA)];
      peer.on('data', (data) => peer.write(`${data} to you`));
      client.write('hello', () => c.push(['written']));
      await next(client, 'data');
      const ends = [next(client, 'close'), next(peer, 'close')];
      client.end();
      await Promise.all(ends);
      const events = (seen) => seen.map(([event]) => event).sort();
      see(events(c), events(p), client.bytesRead, client.bytesWritten, peer.bytesRead, peer.bytesWritten);
      await closed(server);
    });
    t.true(JSON.stringify(trace).includes('written'));
  }
});

test('addresses are empty, and TCP options change nothing', async (t) => {
  await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ client, peer }) => {
      for (const s of [client, peer]) {
        see(s.address(), s.remoteAddress, s.remotePort, s.localAddress, s.localPort, s.readyState);
        see(s.setNoDelay() === s, s.setKeepAlive(true, 1000) === s, s.setTimeout(0) === s, s.connecting);
      }
    });
  });
});

test('what is sent before the end arrives before the end', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ client, peer }) => {
      const heard = textOf(client);
      client.write('question');
      await next(peer, 'data');
      peer.end('answer');
      see(await heard, client.readableEnded, peer.writableFinished);
    });
  });
  t.is(trace[0][0], 'answer');
});

test('what is on its way when a side ends is heard by it', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ client, peer }) => {
      const heard = textOf(peer);
      const end = next(client.resume(), 'end');
      await new Promise((resolve) => client.write('before you go', resolve));
      peer.end();
      see(await heard);
      await end;
    });
  });
  t.is(trace[0][0], 'before you go');
});

test('destroy on one side is the end of the other', async (t) => {
  await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ client, peer }) => {
      const seen = record(client, SOCKET_EVENTS);
      const end = next(client, 'close');
      client.resume();
      peer.destroy();
      await end;
      see(seen.map(([event]) => event));
    });
  });
});

test('large messages arrive whole, both ways at once, and a paused reader holds the writer', async (t) => {
  await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ client, peer }) => {
      const data = crypto.randomBytes(3 << 20);
      const wanted = sha256().update(data).digest('hex');
      const arrived = (socket) =>
        new Promise((resolve) => {
          const hash = sha256();
          let length = 0;
          socket.on('data', (piece) => {
            hash.update(piece);
            length += piece.length;
            if (length >= data.length) resolve(hash.digest('hex') === wanted);
          });
        });
      see(peer.write(data));
      await new Promise((resolve) => setImmediate(resolve));
      see(peer.writableLength > 0);
      client.write(data);
      see(await Promise.all([arrived(client), arrived(peer)]));
    });
  });
});

test('more clients at once than instances that wait', async (t) => {
  await compare(t, async ({ net }, see) => {
    const server = await listening(
      net.createServer((socket) => socket.on('error', () => {}).pipe(socket)),
      freeName(),
    );
    const echoes = Array.from({ length: 20 }, async (_, index) => {
      const client = net.connect(server.address());
      client.write(`client ${index}`);
      const [data] = await once(client, 'data');
      await gone(client);
      return String(data);
    });
    see(await Promise.all(echoes));
    await closed(server);
  });
});

test('errors: a name that is missing, one in use, and what is no name of a pipe', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const shown = (error) => [error.code, error.errno, error.syscall];
    see(...shown((await next(net.connect(freeName()), 'error'))[0]));
    see(...shown((await next(net.connect('no-pipe'), 'error'))[0]));
    see(...shown((await next(net.createServer().listen('no-pipe'), 'error'))[0]));
    const server = await listening(net.createServer(), freeName());
    const second = net.createServer().listen(server.address());
    const first = await Promise.race([next(second, 'error'), next(second, 'listening')]);
    see(first.length === 1 && shown(first[0]));
    if (second.listening) await closed(second);
    await closed(server);
  });
  t.is(trace[0][0], 'ENOENT');
  t.is(trace[2][0], 'EACCES');
});

test('the name is free when the server is closed', async (t) => {
  await compare(t, async ({ net }, see) => {
    const name = freeName();
    const server = net.createServer();
    for (let round = 0; round < 3; round++) {
      await listening(server, name);
      await closed(server);
      see((await next(net.connect(name), 'error'))[0].code);
    }
    await listening(server, { path: name, readableAll: true, writableAll: true });
    see(server.address() === name);
    await closed(server);
  });
});

test('closing the server leaves its connections', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await onPipe(net, async ({ server, client, peer }) => {
      const end = next(server, 'close');
      server.close();
      client.write('still there');
      see(String((await next(peer, 'data'))[0]), server.listening);
      for (const socket of [client, peer]) await gone(socket);
      await end;
    });
  });
  t.is(trace[0][0], 'still there');
});
