'use strict';
// How a program writes: callbacks, return values, drain, corks, encodings, the end, and writes that cannot be.

const test = require('ava');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { inspect } = require('node:util');
const { compare } = require('../helpers/compare.js');
const { ours } = require('../helpers/implementations.js');
const { WITH_DATA, gone, next, record, target, textOf, withPair, withServer } = require('./pairs.js');

const counts = (s) => [
  s.bytesWritten,
  s.bufferSize,
  s.writableLength,
  s.writableNeedDrain,
  s._bytesDispatched,
];

function detach(buffer) {
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  return buffer;
}

test('write gives true below the mark, false above it, and drain follows', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(
      net,
      {},
      (socket) => socket.resume(),
      async (server, at) => {
        const client = net.connect({ ...at, highWaterMark: 10 });
        const seen = record(client);
        await next(client, 'connect');
        see(
          client.write('small', () => seen.push(['small written'])),
          ...counts(client),
        );
        await new Promise(setImmediate);
        see(
          client.write(Buffer.alloc(1 << 24), () => seen.push(['large written'])),
          ...counts(client),
        );
        await next(client, 'drain');
        see(seen, ...counts(client), server.listening);
      },
    );
  });
  t.true(trace.some(([first]) => first === false));
});

test("the encoding 'buffer' of a text is refused, or read as UTF-8 among other chunks", async (t) => {
  const attempt = (act) => {
    try {
      return act();
    } catch (error) {
      return [error.name, error.code, error.message, `${error}`];
    }
  };
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      client.cork();
      see(
        attempt(() => client.write('a')),
        attempt(() => client.write('b', 'buffer')),
      );
      client.uncork();
      see(await once(peer, 'data'));
      see(attempt(() => client.write('c', 'buffer')));
    });
  });
});

test('what is corked arrives as one chunk', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const written = [];
      client.cork();
      client.write('a', () => written.push('a'));
      client.write('62', 'hex', () => written.push('b'));
      client.write(new Uint8Array([99]), () => written.push('c'));
      see(...counts(client), client.writableCorked);
      client.uncork();
      const [data] = await once(peer, 'data');
      see(data, written, ...counts(client));
    });
  });
  t.is(trace[1][0], 'bytes abc');
});

test('encodings of text, and the default encoding', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const heard = textOf(peer);
      for (const encoding of ['utf8', 'latin1', 'ascii', 'ucs2', 'hex', 'base64', 'base64url', 'binary']) {
        client.write('abcd', encoding);
        see(client.bytesWritten);
      }
      client.setDefaultEncoding('hex');
      client.end('65');
      see(await heard);
    });
  });
});

for (const args of [[], ['x'], ['78', 'hex'], [Buffer.from('x')], [null], [undefined]]) {
  test(`end(${inspect(args).slice(1, -1)}) with a callback`, async (t) => {
    await compare(t, async ({ net }, see) => {
      await withPair(net, {}, async ({ client, peer }) => {
        const heard = textOf(peer);
        const seen = record(client, WITH_DATA);
        see(client.end(...args, (...said) => seen.push(['callback', ...said])) === client);
        see(client.writableEnded, client.writableFinished, client.readyState);
        await next(client, 'close');
        see(await heard, seen, ...counts(client));
      });
    });
  });
}

test('write and end after end', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, { serverOptions: { allowHalfOpen: true } }, async ({ client, peer }) => {
      peer.resume();
      const seen = record(client);
      client.end('x', (error) => seen.push(['first end', error]));
      client.end((error) => seen.push(['second end', error]));
      see(client.write('late', (error) => seen.push(['written', error])));
      await next(client, 'close');
      client.end((error) => seen.push(['third end', error]));
      await new Promise(setImmediate);
      see(seen, ...counts(client));
    });
  });
});

test('write after the end of the peer is EPIPE where the socket is not half-open', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    for (const allowHalfOpen of [true, false]) {
      await withPair(net, { clientOptions: { allowHalfOpen } }, async ({ client, peer }) => {
        const seen = record(client.resume());
        client.on('end', () => {
          seen.push(['gives', client.write('answer', (error) => seen.push(['written', error]))]);
          setImmediate(() => client.end());
        });
        const heard = textOf(peer);
        peer.on('error', () => {}).end();
        await next(client, 'close');
        see(allowHalfOpen, seen, await heard);
      });
    }
  });
  t.is(trace.length, 2);
});

test('write after the socket was ended by its peer and by itself is EPIPE', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client.resume());
      peer.resume().end();
      await next(client, 'end');
      see(
        client.write('late', (error) => seen.push(['written', error])),
        client.destroyed,
      );
      await next(client, 'close');
      see(seen.map(([event, error]) => `${event} ${error?.code}`).sort());
    });
  });
  t.true(JSON.stringify(trace).includes('EPIPE'));
});

test('writes before the connection are counted, and sent in order', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(net, {}, undefined, async (server, at) => {
      const accepted = once(server, 'connection').then(([socket]) => textOf(socket));
      const client = net.connect(at);
      const written = [];
      for (const text of ['one ', 'two ', 'three ']) {
        see(
          client.write(text, () => written.push(text)),
          ...counts(client),
        );
      }
      client.end('four');
      see(...counts(client));
      see(await accepted, written, ...counts(client));
      await next(client.resume(), 'close');
    });
  });
  t.is(trace.at(-1)[0], 'one two three four');
});

test('a write that waits for a connection that never comes', async (t) => {
  await compare(t, async ({ net }, see) => {
    const client = net.connect({ port: 1, host: 'some.name', lookup: () => {} });
    const seen = record(client);
    for (const text of ['a', 'b'])
      client.write(text, (error) => seen.push([text, error?.code, error?.message]));
    client.end(() => seen.push(['ended']));
    client.destroy();
    await next(client, 'close');
    see(seen, ...counts(client));
  });
});

test('writes of nothing, and of what is no text', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const heard = textOf(peer);
      await new Promise((resolve) => client.write('', resolve));
      await new Promise((resolve) => client.write(Buffer.alloc(0), resolve));
      for (const value of [1, {}, true, null, undefined]) {
        try {
          client.write(value);
        } catch (error) {
          see(error.code, error.message);
        }
      }
      client.end(new Uint8Array([104, 105]));
      see(await heard, client.destroyed);
      await gone(client);
    });
  });
});

test('16 MB to a slow reader, in one write and in many', async (t) => {
  const size = 16 << 20;
  const bytes = Buffer.alloc(size, 'sixteen megabytes of this');
  const sum = (hash) => hash.digest('hex');
  const expected = sum(createHash('sha256').update(bytes));
  const trace = await compare(t, async ({ net }, see) => {
    for (const parts of [1, 64]) {
      await withPair(net, {}, async ({ client, peer }) => {
        const hash = createHash('sha256');
        const order = [];
        peer.on('data', (data) => {
          hash.update(data);
          peer.pause();
          setImmediate(() => peer.resume());
        });
        const part = size / parts;
        for (let i = 0; i < parts; i++)
          client.write(bytes.subarray(i * part, (i + 1) * part), () => order.push(i));
        see(client.bytesWritten === size, client.writableNeedDrain);
        const drained = once(client, 'drain');
        await drained;
        see(...counts(client));
        client.end();
        await next(client.resume(), 'close');
        see(
          sum(hash) === expected,
          order.length,
          order.every((value, i) => value === i),
          peer.bytesRead === size,
        );
      });
    }
  });
  t.deepEqual(trace.at(-1), [true, 64, true, true]);
});

for (const [what, character, encoding] of [
  ['ASCII', 'a', 'utf8'],
  ['characters of three bytes', '€', 'utf8'],
  ['halves of surrogate pairs', '\ud800', 'utf8'],
  ['latin1', 'é', 'latin1'],
  ['utf16le', '€', 'utf16le'],
  ['base64', 'QUJD', 'base64'],
]) {
  test(`text to a reader that stands still, below and above what is sent at once: ${what}`, async (t) => {
    await compare(t, async ({ net }, see) => {
      await withPair(net, {}, async ({ client, peer }) => {
        const parts = [1, 12_000, 16_384, 16_388, 100_000].map((size) =>
          character.repeat(Math.ceil(size / character.length)),
        );
        const expected = createHash('sha256');
        const sizes = [];
        while (client.writableLength < 4 << 20) {
          for (const part of parts) {
            expected.update(Buffer.from(part, encoding));
            client.write(part, encoding);
          }
          sizes.push(client.bytesWritten);
        }
        see(sizes[0], client.bytesWritten > client.writableLength);
        client.end();
        const received = createHash('sha256');
        for await (const chunk of peer) received.update(chunk);
        see(received.digest('hex') === expected.digest('hex'), peer.bytesRead === client.bytesWritten);
      });
    });
  });
}

test('destroySoon sends what was written first', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      let heard = 0;
      peer.on('data', (data) => (heard += data.length));
      const seen = record(client);
      client.write(Buffer.alloc(4 << 20));
      client.destroySoon();
      see(client.destroyed, client.writable);
      await Promise.all([next(client, 'close'), next(peer, 'close')]);
      see(seen, heard === 4 << 20);
    });
  });
  t.true(trace.at(-1)[1]);
});

test('half-open: each direction ends by itself', async (t) => {
  const half = { allowHalfOpen: true };
  await compare(t, async ({ net }, see) => {
    await withPair(net, { serverOptions: half, clientOptions: half }, async ({ client, peer, server }) => {
      const [c, p] = [record(client, WITH_DATA), record(peer, WITH_DATA)];
      client.end('question');
      await next(peer, 'end');
      see(client.readyState, peer.readyState, target(server).host);
      peer.write('answer');
      await next(client, 'data');
      const ends = [next(client, 'close'), next(peer, 'close')];
      peer.end();
      await Promise.all(ends);
      see(c, p);
    });
  });
});

test('chunks of all sizes that waited leave in order', (t) =>
  compare(t, ({ net }, see) =>
    withPair(net, {}, async ({ client, peer }) => {
      const sizes = [0, 1, 70_000, 3, 0, 40_000, 40_000, 65_536, 65_537, 5, 2_000_000, 0];
      client.cork();
      for (const [i, size] of sizes.entries()) client.write(Buffer.alloc(size, i), () => see('written', i));
      client.write('c0ffee', 'hex');
      client.end('é', 'latin1');
      const chunks = [];
      peer.on('data', (chunk) => chunks.push(chunk));
      await once(peer, 'end');
      const all = Buffer.concat(chunks);
      see(all.length, createHash('sha256').update(all).digest('hex'), client.bytesWritten);
    }),
  ));

test('small and large chunks in every encoding leave together, in order', (t) =>
  compare(t, ({ net }, see) =>
    withPair(net, {}, async ({ client, peer }) => {
      const texts = [
        ['a', 'utf8'],
        ['é', 'latin1'],
        ['c0ffee'.repeat(64), 'hex'],
        ['c'.repeat(128), 'latin1'],
        ['c'.repeat(129), 'latin1'],
        ['', 'utf8'],
        ['d'.repeat(5000), 'utf16le'],
        ['é€'.repeat(3000), 'utf8'],
        ['QUJD'.repeat(10_000), 'base64'],
      ];
      const bytes = [0, 1, 511, 512, 513, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537];
      const expected = createHash('sha256');
      const write = (chunk, encoding) => {
        expected.update(Buffer.from(chunk, encoding));
        client.write(chunk, encoding);
      };
      for (let round = 0; round < 60; round++) {
        client.cork();
        for (let i = 0; i <= round % 7; i++) {
          write(...texts[(round + i) % texts.length]);
          if (i % 2 === 1) write(Buffer.alloc(bytes[(round + i) % bytes.length], round));
        }
        client.uncork();
        if (client.writableNeedDrain && round % 3 === 0) await once(client.resume(), 'drain');
        if (round % 20 === 0) peer.resume();
        else if (round % 20 === 10) peer.pause();
        see(client.bytesWritten);
      }
      client.end();
      const received = createHash('sha256');
      peer.on('data', (chunk) => received.update(chunk));
      await once(peer.resume(), 'end');
      see(received.digest('hex') === expected.digest('hex'), peer.bytesRead === client.bytesWritten);
    }),
  ));

test('nothing is written of a Buffer that was detached before', (t) =>
  compare(t, ({ net }, see) =>
    withPair(net, {}, async ({ client, peer }) => {
      const detached = detach(Buffer.from(new ArrayBuffer(100)));
      see(client.write(detached, (error) => see('alone', error)));
      client.cork();
      for (const chunk of [detached, 'and', detached, Buffer.alloc(20_000), detached])
        client.write(chunk, (error) => see('among others', error));
      client.uncork();
      client.end();
      see((await textOf(peer)).length, client.bytesWritten);
    }),
  ));

for (const [what, write] of [
  ['by itself', (client, buffer) => client.write(buffer)],
  [
    'among others',
    (client, buffer) => {
      client.cork();
      client.write(Buffer.alloc(1 << 16));
      client.write(buffer);
      client.write('the end');
      client.uncork();
    },
  ],
]) {
  test(`a Buffer that is detached while it is being written is an error: ${what}`, (t) =>
    withPair(ours.net, {}, async ({ client, peer }) => {
      // More than any socket's buffers hold.
      const buffer = Buffer.from(new ArrayBuffer(32 << 20));
      write(client, buffer);
      t.true(client.writableLength > 0);
      detach(buffer);
      const [[error]] = await Promise.all([next(client, 'error'), next(peer.resume(), 'close')]);
      t.like(error, { code: 'EFAULT', syscall: 'write' });
    }));
}

test('a writer far ahead is not copied as a whole', (t) =>
  withPair(ours.net, {}, async ({ client, peer }) => {
    const chunk = Buffer.alloc(65_536);
    // More than any socket's buffers hold.
    const COUNT = 800;
    client.cork();
    for (let i = 0; i < COUNT; i++) client.write(chunk);
    const before = process.memoryUsage().arrayBuffers;
    client.uncork();
    const copied = process.memoryUsage().arrayBuffers - before;
    t.true(client.writableLength > 0);
    t.true(copied < chunk.length * 4, `${copied} bytes copied`);
    peer.resume();
    await once(client, 'drain');
    t.is(client.bytesWritten, COUNT * chunk.length);
  }));
