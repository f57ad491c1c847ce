'use strict';
// Unix sockets behave like TCP ones, but for their addresses, their files and their modes.

const test = require('ava');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { runNode } = require('../helpers/children.js');
const {
  WITH_DATA,
  closed,
  gone,
  listening,
  next,
  record,
  textOf,
  withFolder,
  withPair,
} = require('./pairs.js');

/** Runs `use` with a connected pair on a path. */
const onPath = (net, use, options) =>
  withFolder((folder) => withPair(net, { where: [`${folder}/s`], ...options }, use));

test('a conversation over a path', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await onPath(net, async ({ client, peer }) => {
      const [c, p] = [record(client, WITH_DATA), record(peer, WITH_DATA)];
      peer.on('data', (data) => peer.write(`${data} to you`));
      const ends = [next(client, 'close'), next(peer, 'close')];
      client.write('hello', () => c.push(['written']));
      await next(client, 'data');
      client.end();
      await Promise.all(ends);
      see(c, p, client.bytesRead, client.bytesWritten, peer.bytesRead, peer.bytesWritten);
    });
  });
  t.true(JSON.stringify(trace).includes('hello to you'));
});

test('addresses are empty, and TCP options change nothing', async (t) => {
  await compare(t, async ({ net }, see) => {
    await onPath(net, async ({ client, peer }) => {
      for (const s of [client, peer]) {
        see(
          s.address(),
          s.remoteAddress,
          s.remotePort,
          s.remoteFamily,
          s.localAddress,
          s.localPort,
          s.readyState,
        );
        see(s.setNoDelay() === s, s.setKeepAlive(true, 1000) === s, s.setTimeout(0) === s, s.connecting);
      }
    });
  });
});

test('half-open, pause, cork and a large message', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await onPath(
      net,
      async ({ client, peer }) => {
        const heard = textOf(client);
        peer.pause();
        client.cork();
        client.write('a');
        client.write('b');
        client.uncork();
        client.end(Buffer.alloc(2 << 20, 'x'));
        await new Promise(setImmediate);
        see(peer.bytesRead < 2 << 20, client.writableFinished);
        peer.resume();
        await next(peer, 'end');
        see(peer.bytesRead, peer.writable);
        peer.end('bye');
        see(await heard);
      },
      { serverOptions: { allowHalfOpen: true } },
    );
  });
  t.deepEqual(trace.at(-1), ['bye']);
});

test('destroy on one side is the end of the other', async (t) => {
  await compare(t, async ({ net }, see) => {
    for (const unread of [false, true]) {
      await onPath(net, async ({ client, peer }) => {
        const seen = record(client);
        if (unread) {
          // What is not read when a unix socket closes resets its peer.
          peer.pause();
          await new Promise((resolve) => client.write('x', resolve));
        }
        client.resume();
        const end = next(client, 'close');
        peer.destroy();
        await end;
        see(unread, seen);
      });
    }
  });
});

test('the file goes with the server, not with its connections', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withFolder(async (folder) => {
      const path = `${folder}/s`;
      const server = await listening(net.createServer(), path);
      see(fs.statSync(path).isSocket(), server.address() === path);
      const client = net.connect(path);
      const [peer] = await once(server, 'connection');
      await gone(client);
      see(fs.existsSync(path));
      server.close();
      see(fs.existsSync(path));
      await gone(peer);
      await closed(await listening(server, path));
      see(fs.existsSync(path));
    });
  });
});

test('a stale file is EADDRINUSE and stays; a server that was killed leaves one', async (t) => {
  await withFolder(async (folder) => {
    const path = `${folder}/s`;
    const source = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await runNode(['-e', source]);
    t.true(fs.statSync(path).isSocket());
    await compare(t, async ({ net }, see) => {
      const server = net.createServer().listen(path);
      const [error] = await next(server, 'error');
      see(error.code, Object.keys(error), error.address === path, fs.existsSync(path));
      const client = net.connect(path);
      const [refusal] = await next(client, 'error');
      see(refusal.code, refusal.syscall, refusal.address === path);
    });
    t.true(net.createServer().listening === false && fs.existsSync(path));
  });
});

test('drop of a unix connection has no data', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withFolder(async (folder) => {
      const server = net.createServer((socket) => socket.resume());
      server.maxConnections = 1;
      await listening(server, `${folder}/s`);
      const first = net.connect(`${folder}/s`);
      await once(server, 'connection');
      const drop = next(server, 'drop');
      const second = net.connect(`${folder}/s`).resume();
      second.on('error', () => {});
      see(await drop);
      for (const socket of [first, second]) await gone(socket);
      await closed(server);
    });
  });
});

test('corked chunks, large and small, to a named pipe of the file system', (t) =>
  compare(t, ({ net }, see) =>
    withFolder(async (folder) => {
      const fifo = `${folder}/fifo`;
      execFileSync('mkfifo', [fifo]);
      const reader = fs.createReadStream(fifo, 'latin1');
      const fd = await new Promise((resolve, reject) => {
        fs.open(fifo, 'w', (error, opened) => (error ? reject(error) : resolve(opened)));
      });
      const writer = new net.Socket({ fd, readable: false, writable: true });
      writer.cork();
      // More than a pipe holds (pipe(7)).
      for (const chunk of ['head', Buffer.alloc(200_000, 'a'), 'middle', Buffer.alloc(70_000, 'b')])
        writer.write(chunk);
      writer.uncork();
      writer.end('tail');
      let text = '';
      for await (const chunk of reader) text += chunk;
      const expected = `head${'a'.repeat(200_000)}middle${'b'.repeat(70_000)}tail`;
      see(text.length, text === expected, writer.bytesWritten);
    }),
  ));
