'use strict';
// How a program reads: events, encodings, pauses, iteration, its own buffer, and what a slow reader does to a writer.

const test = require('ava');
const { createHash, randomFillSync } = require('node:crypto');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { WITH_DATA, next, record, target, withPair, withServer } = require('./pairs.js');

const hash = () => createHash('sha256');

test('data, end and close of a short message', async (t) => {
  const [[seen]] = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client, WITH_DATA);
      peer.end('one');
      await next(client, 'close');
      see(seen, client.bytesRead, client.readableDidRead);
    });
  });
  t.deepEqual(seen[0], ['data', 'one']);
});

test('a chunk is a Buffer of its own', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const chunks = [];
      client.on('data', (data) => chunks.push(data));
      for (const text of ['first', 'second']) {
        const heard = once(client, 'data');
        peer.write(text);
        await heard;
      }
      see(chunks, chunks.map(Buffer.isBuffer), Object.getPrototypeOf(chunks[0]) === Buffer.prototype);
      chunks[0].fill('x');
      see(chunks);
    });
  });
});

for (const encoding of ['utf8', 'hex', 'base64', 'latin1', 'utf16le']) {
  test(`setEncoding('${encoding}') keeps characters whole`, async (t) => {
    await compare(t, async ({ net }, see) => {
      await withPair(net, {}, async ({ client, peer }) => {
        see(client.setEncoding(encoding) === client, client.readableEncoding);
        let text = '';
        client.on('data', (data) => (text += data));
        const bytes = Buffer.from('grüße €');
        // In two parts that cut a character.
        peer.write(bytes.subarray(0, 3));
        await once(client, 'data');
        peer.end(bytes.subarray(3));
        await next(client, 'close');
        see(text);
      });
    });
  });
}

const turnings = {
  'the listener goes and another comes': (client, listener) => {
    client.off('data', listener);
    setImmediate(() => client.on('data', listener));
  },
  'pause and resume': (client) => {
    client.pause();
    setImmediate(() => client.resume());
  },
  setEncoding: (client) => client.setEncoding('hex'),
  unshift: (client) => {
    client.pause();
    client.unshift(Buffer.from('again'));
    client.resume();
  },
  'a push of its own': (client) => {
    client.push = function (chunk) {
      return Object.getPrototypeOf(this).push.call(this, chunk && Buffer.from(`<${chunk}>`));
    };
  },
  'an emit of its own': (client) => {
    client.emit = function (event, ...args) {
      if (event === 'data') args = [`<${args[0]}>`];
      Object.getPrototypeOf(this).emit.call(this, event, ...args);
    };
  },
  'a listener of readable': (client, listener) => {
    client.off('data', listener);
    client.on('readable', () => {
      for (let chunk = client.read(); chunk !== null; chunk = client.read()) listener(chunk);
    });
  },
};

for (const [what, turn] of Object.entries(turnings)) {
  test(`in the middle of a flow: ${what}`, async (t) => {
    await compare(t, async ({ net }, see) => {
      await withPair(net, {}, async ({ client, peer }) => {
        const heard = [];
        const waiting = [];
        const listener = (data) => {
          heard.push(String(data), client.readableLength, client.readableFlowing, client.readableDidRead);
          for (const resolve of waiting.splice(0)) resolve();
        };
        client.on('data', listener);
        for (const text of ['one', 'two', 'three', 'four']) {
          const more = new Promise((resolve) => waiting.push(resolve));
          peer.write(text);
          await more;
          if (text === 'two') turn(client, listener);
        }
        peer.end('last');
        await next(client, 'close');
        see(heard, client.bytesRead, client.readableEnded);
      });
    });
  });
}

test('pause keeps data and the end back, resume brings both', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client, WITH_DATA);
      see(client.pause() === client, client.isPaused());
      peer.end('kept');
      await next(peer, 'finish');
      see(seen, client.readyState, client.readableEnded);
      client.resume();
      await next(client, 'close');
      see(seen);
    });
  });
});

test("read() in 'readable' takes what is asked for", async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const taken = [];
      client.on('readable', () => {
        for (let part; (part = client.read(2) ?? client.read()) !== null; ) taken.push(String(part));
      });
      peer.end('abcdefg');
      await next(client, 'close');
      see(taken, client.readableEnded, client.bytesRead);
    });
  });
});

test('an iterator has all of it, and destroys the socket when it is left', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, { serverOptions: { allowHalfOpen: true } }, async ({ client, peer }) => {
      peer.end('all of it');
      let text = '';
      for await (const chunk of client) text += chunk;
      see(text, client.destroyed);
      for await (const _ of peer) see('nothing comes');
    });
    await withPair(net, {}, async ({ client, peer }) => {
      peer.write('part');
      for await (const chunk of client) {
        see(String(chunk));
        break;
      }
      see(client.destroyed, client.errored);
    });
  });
});

for (const kind of ['static', 'function']) {
  test(`onread with a ${kind} buffer: lengths, the same memory, false pauses`, async (t) => {
    const trace = await compare(t, async ({ net }, see) => {
      await withServer(net, {}, undefined, async (server, at) => {
        const memory = Buffer.alloc(4);
        const others = [];
        const texts = [];
        const onread = {
          buffer: kind === 'static' ? memory : () => others[others.push(new Uint8Array(4)) - 1],
          callback(length, buffer) {
            texts.push(Buffer.from(buffer.subarray(0, length)).toString());
            if (texts.length === 1) see(this === client, buffer === memory, others.includes(buffer));
            if (texts.length === 2) setImmediate(() => client.resume());
            return texts.length !== 2;
          },
        };
        const client = net.connect({ ...at, onread });
        const seen = record(client, WITH_DATA);
        const [peer] = await once(server, 'connection');
        peer.end('abcdefghijklmn');
        await next(client, 'close');
        see(texts, client.bytesRead, seen);
      });
    });
    t.deepEqual(trace.at(-1)[0], ['abcd', 'efgh', 'ijkl', 'mn']);
  });
}

test('onread: a pause in a tick holds before the next piece', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(net, {}, undefined, async (server, at) => {
      const pause = () => {
        see('pauses');
        client.pause();
        setImmediate(() => see('resumes', client.resume().bytesRead));
      };
      const onread = {
        buffer: Buffer.alloc(4),
        callback(length, buffer) {
          see(buffer.toString('latin1', 0, length));
          process.nextTick(pause);
          return true;
        },
      };
      const client = net.connect({ ...at, onread });
      const [peer] = await once(server, 'connection');
      peer.end('abcdefgh');
      await next(client, 'close');
    });
  });
  t.deepEqual(trace.slice(0, 4), [['abcd'], ['pauses'], ['resumes', 4], ['efgh']]);
});

test('highWaterMark is how much a reader that does not read keeps', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(net, {}, undefined, async (server, at) => {
      const client = net.connect({ ...at, highWaterMark: 3 });
      const [peer] = await once(server, 'connection');
      peer.write('abcdef');
      await next(client, 'readable');
      see(client.readableLength, client.readableHighWaterMark, String(client.read(2)), client.readableLength);
      see(String(client.read()), client.read());
    });
  });
});

test('a paused reader stops the writer, and 8 MB arrive whole', async (t) => {
  const size = 8 << 20;
  const bytes = randomFillSync(Buffer.alloc(size));
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const received = hash();
      let pauses = 0;
      client.pause();
      see('takes it', peer.write(bytes), peer.writableNeedDrain);
      peer.end();
      client.on('data', (data) => {
        received.update(data);
        if (client.bytesRead > (pauses + 1) << 20) {
          pauses++;
          client.pause();
          setImmediate(() => client.resume());
        }
      });
      // Nobody has read, so not all can have been written.
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      see('stopped', peer.writableFinished, client.bytesRead < size);
      client.resume();
      await next(client, 'close');
      see(
        received.digest('hex') === hash().update(bytes).digest('hex'),
        client.bytesRead === size,
        pauses > 3,
      );
    });
  });
  t.deepEqual(trace.at(-1), [true, true, true]);
});

test("a handle's reading may be set before readStop and readStart, as Node's http does", async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client, WITH_DATA);
      const { _handle: handle } = client;
      handle.reading = false;
      handle.readStop();
      peer.end('hello');
      await next(peer, 'finish');
      // The data comes while nobody reads.
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      handle.reading = true;
      handle.readStart();
      await next(client, 'close');
      see(seen);
    });
  });
  t.deepEqual(trace[0][0][0], ['data', 'hello']);
});

test('a pipe through an echo keeps 8 MB whole', async (t) => {
  const bytes = randomFillSync(Buffer.alloc(8 << 20));
  const trace = await compare(t, async ({ net }, see) => {
    await withServer(
      net,
      {},
      (socket) => socket.pipe(socket),
      async (server) => {
        const client = net.connect(target(server));
        const received = hash();
        client.on('data', (data) => received.update(data));
        client.end(bytes);
        await next(client, 'close');
        see(received.digest('hex') === hash().update(bytes).digest('hex'), client.bytesRead === bytes.length);
      },
    );
  });
  t.deepEqual(trace, [[true, true]]);
});
