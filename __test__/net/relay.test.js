'use strict';
// Sockets that are piped into each other: what arrives, what is counted, and what a program sees of it is the same as
// with the built-in, whether the bytes pass JavaScript or not.

const test = require('ava');
const { createHook } = require('node:async_hooks');
const { once } = require('node:events');
const { Transform } = require('node:stream');
const { compare } = require('../helpers/compare.js');
const { collect, hasRead, hashOf, next, pattern, pipeBoth, relays, withProxy } = require('./proxies.js');

const MB = 1 << 20;

for (const unix of [[], ['near'], ['far'], ['near', 'far']]) {
  test.serial(`both directions at once, unharmed: ${unix.join(' and ') || 'no side'} on a unix socket`, (t) =>
    compare(t, ({ net, name }, see) =>
      relays(t, name, () =>
        withProxy(net, { unix }, async ({ client, near, far, origin }) => {
          const [there, back] = [pattern(6 * MB + 12345, 1), pattern(5 * MB + 77, 2)];
          pipeBoth(near, far);
          const atOrigin = collect(origin, there.length);
          const atClient = collect(client, back.length);
          client.write(there);
          origin.write(back);
          await Promise.all([atOrigin.done, atClient.done]);
          see(atOrigin.bytes, atOrigin.hash() === hashOf(there));
          see(atClient.bytes, atClient.hash() === hashOf(back));
          see('counted', near.bytesRead, near.bytesWritten, far.bytesRead, far.bytesWritten);
          see('waiting', near.writableLength, far.writableLength, near.readableLength, far.readableLength);
        }),
      ),
    ),
  );
}

test.serial('chunks of any size, with readers that pause', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        const sent = pattern(6 * MB, 3);
        pipeBoth(near, far);
        const seen = collect(origin, sent.length);
        let count = 0;
        origin.on('data', () => {
          if (++count % 16 > 0) return;
          origin.pause();
          setImmediate(() => origin.resume());
        });
        for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 7919) % 400_009) {
          if (!client.write(sent.subarray(at, at + size))) await once(client, 'drain');
        }
        await seen.done;
        see(seen.bytes, seen.hash() === hashOf(sent), near.bytesRead, far.bytesWritten);
      }),
    ),
  ),
);

test.serial('a socket that is piped into itself', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near }) => {
        const sent = pattern(6 * MB, 4);
        near.pipe(near);
        const seen = collect(client, sent.length);
        client.end(sent);
        await seen.done;
        await next(client, 'close');
        see(seen.bytes, seen.hash() === hashOf(sent), near.bytesRead, near.bytesWritten);
      }),
    ),
  ),
);

test.serial('a reader that stands still stops the writer, and bounds what the proxy holds', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        const sent = pattern(24 * MB, 5);
        origin.pause();
        near.pipe(far);
        client.write(sent);
        for (let before = -1; before !== near.bytesRead; ) {
          before = near.bytesRead;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        see('stands', near.bytesRead < sent.length, near.isPaused(), far.writableNeedDrain);
        // What was read is in the kernel's hands, but for a chunk that waits and one that was read behind it.
        see('holds', near.readableLength <= 65536, far.writableLength <= MB, far.writableLength > 0);
        see('counts', near.bytesRead === far.bytesWritten + near.readableLength);
        const seen = collect(origin, sent.length);
        origin.resume();
        await seen.done;
        see(seen.hash() === hashOf(sent), near.bytesRead, far.bytesWritten, far.writableNeedDrain);
      }),
    ),
  ),
);

test.serial('pause, resume, unpipe and pipe again in the middle', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        const sent = pattern(12 * MB, 6);
        const seen = collect(origin, sent.length);
        near.pipe(far);
        client.write(sent);
        for (let at = 1; at <= 10; at++) {
          await hasRead(near, at * MB);
          if (at % 2 === 0) near.pause();
          else near.unpipe(far);
          see('stands', near.readableFlowing, near.isPaused());
          await new Promise((resolve) => setImmediate(resolve));
          if (at % 2 === 0) near.resume();
          else near.pipe(far);
        }
        await seen.done;
        see(seen.bytes, seen.hash() === hashOf(sent), near.bytesRead, far.bytesWritten);
      }),
    ),
  ),
);

/** Those who look into a pipe that is under way. Each answers where the bytes can be seen from then on. */
const lookers = {
  'a data listener': ({ near }, look) => near.on('data', look),
  'a data listener at the front': ({ near }, look) => near.prependListener('data', look),
  "a data listener in place of the pipe's": ({ near, far }, look) => {
    near.removeAllListeners('data');
    near.on('data', (chunk) => {
      look(chunk);
      far.write(chunk);
    });
  },
  'a readable listener': ({ near, far }, look) => {
    near.unpipe(far);
    near.on('readable', () => {
      for (let chunk = near.read(); chunk !== null; chunk = near.read()) {
        look(chunk);
        far.write(chunk);
      }
    });
  },
  'an async iterator': async ({ near, far }, look) => {
    near.unpipe(far);
    try {
      for await (const chunk of near) {
        look(chunk);
        far.write(chunk);
      }
    } catch (error) {
      // The end of the test destroys the socket.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  },
  'a transform': ({ near, far }, look) => {
    near.unpipe(far);
    const transform = (chunk, _, done) => {
      look(chunk);
      done(null, chunk);
    };
    near.pipe(new Transform({ transform })).pipe(far);
  },
  'a second destination': ({ near }, look) => {
    const transform = (chunk, _, done) => {
      look(chunk);
      done();
    };
    near.pipe(new Transform({ transform }));
  },
  'an encoding': ({ near }, look) => {
    near.setEncoding('latin1');
    near.on('data', (text) => look(Buffer.from(text, 'latin1')));
  },
  'a write of its own': ({ far }, look) => {
    const { write } = far;
    far.write = function (chunk, ...rest) {
      look(chunk);
      return write.call(this, chunk, ...rest);
    };
  },
  'a _write of its own': ({ far }, look) => {
    far._write = function (chunk, encoding, done) {
      look(chunk);
      Object.getPrototypeOf(this)._write.call(this, chunk, encoding, done);
    };
  },
  'a replaced prototype': ({ far }, look) => {
    const prototype = Object.getPrototypeOf(far);
    class Looking extends prototype.constructor {
      _writeGeneric(isVector, chunk, encoding, done) {
        if (isVector) for (const part of chunk) look(part.chunk);
        else look(chunk);
        return prototype._writeGeneric.call(this, isVector, chunk, encoding, done);
      }
    }
    Object.setPrototypeOf(far, Looking.prototype);
  },
  'an emit of its own': ({ near }, look) => {
    const { emit } = near;
    near.emit = function (event, ...args) {
      if (event === 'data') look(args[0]);
      return emit.call(this, event, ...args);
    };
  },
  'a push of its own': ({ near }, look) => {
    near.push = function (chunk, encoding) {
      look(chunk);
      return Object.getPrototypeOf(this).push.call(this, chunk, encoding);
    };
  },
};

/** Whether what was seen is a piece of what was sent, and what came before it. */
function place(sent, chunks) {
  const seen = Buffer.concat(chunks);
  return { ok: seen.equals(sent.subarray(sent.length - seen.length)), before: sent.length - seen.length };
}

for (const [what, attach] of Object.entries(lookers)) {
  test.serial(`${what} in the middle sees every later byte once`, (t) =>
    compare(t, ({ net, name }, see) =>
      relays(t, name, () =>
        withProxy(net, {}, async (sockets) => {
          const { client, near, origin } = sockets;
          const sent = pattern(8 * MB, 7).map((byte) => byte & 127);
          const seen = collect(origin, sent.length);
          near.pipe(sockets.far);
          client.write(sent.subarray(0, 4 * MB));
          await hasRead(near, 3 * MB);
          const chunks = [];
          // What waits in the stream when the looker comes is before it, for some of them.
          const read = near.bytesRead;
          const waiting = near.readableLength + sockets.far.writableLength;
          attach(sockets, (chunk) => chunks.push(chunk));
          client.write(sent.subarray(4 * MB));
          await seen.done;
          const { ok, before } = place(sent, chunks);
          see(ok, before <= read, before >= read - waiting, chunks.length > 0);
          see(seen.bytes, seen.hash() === hashOf(sent));
        }),
      ),
    ),
  );
}

test.serial('a listener that an async hook attaches between a read and its delivery', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        const sent = pattern(8 * MB, 10);
        const seen = collect(origin, sent.length);
        const chunks = [];
        const hook = createHook({
          before(id) {
            if (
              id === near._handle?.getAsyncId() &&
              near.bytesRead > 3 * MB &&
              near.listenerCount('data') === 1
            ) {
              near.on('data', (chunk) => chunks.push(chunk));
            }
          },
        });
        near.pipe(far);
        hook.enable();
        client.write(sent);
        await seen.done;
        hook.disable();
        see(seen.bytes, seen.hash() === hashOf(sent), place(sent, chunks).ok, chunks.length > 0);
      }),
    ),
  ),
);

test.serial('an encoding in the middle is that of what is written', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        // Below 128 the bytes of a text are the same in all encodings.
        const sent = pattern(8 * MB, 9).map((byte) => byte & 127);
        const seen = collect(origin, sent.length);
        near.pipe(far);
        client.write(sent.subarray(0, 4 * MB));
        await hasRead(near, 3 * MB);
        near.setEncoding('latin1');
        client.write(sent.subarray(4 * MB));
        await seen.done;
        see(seen.bytes, seen.hash() === hashOf(sent));
      }),
    ),
  ),
);

test.serial('cork, and writes of the program itself, keep the order', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        const sent = Buffer.alloc(12 * MB);
        const marks = 10;
        const chunks = [];
        let bytes = 0;
        const all = new Promise((resolve) => {
          origin.on('data', (chunk) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes === sent.length + marks) resolve();
          });
        });
        near.pipe(far);
        client.write(sent);
        for (let mark = 1; mark <= marks; mark++) {
          await hasRead(near, mark * MB);
          if (mark % 4 === 0) {
            far.cork();
            setImmediate(() => far.uncork());
          }
          far.write(Buffer.from([mark]));
        }
        await all;
        see(Buffer.concat(chunks).filter((byte) => byte > 0));
        see(near.bytesRead, far.bytesWritten);
      }),
    ),
  ),
);
