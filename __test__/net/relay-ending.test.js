'use strict';
// How sockets that are piped into each other end, in the middle of a transfer or after it: events, their order, errors,
// counters and idle time are those of the built-in.

const test = require('ava');
const { pipeline } = require('node:stream');
const { compare } = require('../helpers/compare.js');
const { gone, record } = require('./pairs.js');
const { collect, hasRead, hashOf, next, pattern, pipeBoth, relays, withProxy } = require('./proxies.js');

const MB = 1 << 20;

/** What the client sends where it comes to a break. */
const SENT = 16 * MB;

/** What does not depend on how fast the bytes go. */
const EVENTS = ['pipe', 'unpipe', 'end', 'prefinish', 'finish', 'timeout', 'error', 'close'];

/** What near and far emit: for each a list of events with what of their argument can be compared. */
function watchBoth({ near, far }) {
  const seen = { near: [], far: [] };
  for (const [side, socket] of Object.entries({ near, far })) {
    for (const event of EVENTS) {
      socket.on(event, (detail) => seen[side].push([event, detail?.code ?? typeof detail]));
    }
  }
  return seen;
}

/** To be asked for before anything can close. */
const closings = ({ near, far }) => [next(near, 'close'), next(far, 'close')];

test.serial('the client ends, then the origin: each direction by itself', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, { allowHalfOpen: true }, async (sockets) => {
        const { client, near, far, origin } = sockets;
        const [there, back] = [pattern(5 * MB, 1), pattern(6 * MB, 2)];
        const events = watchBoth(sockets);
        const ends = closings(sockets);
        pipeBoth(near, far);
        const [atOrigin, atClient] = [collect(origin, there.length), collect(client, back.length)];
        client.end(there);
        await next(origin, 'end');
        see(atOrigin.bytes, atOrigin.hash() === hashOf(there), near.readyState, far.readyState);
        origin.end(back);
        await Promise.all([next(client, 'end'), ...ends]);
        see(atClient.bytes, atClient.hash() === hashOf(back));
        see(events);
        see(near.bytesRead, near.bytesWritten, far.bytesRead, far.bytesWritten);
      }),
    ),
  ),
);

test.serial('the origin ends first, while the client still sends', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, { allowHalfOpen: true }, async (sockets) => {
        const { client, near, far, origin } = sockets;
        const [there, back] = [pattern(12 * MB, 3), pattern(3 * MB, 4)];
        const events = watchBoth(sockets);
        const ends = closings(sockets);
        pipeBoth(near, far);
        const [atOrigin, atClient] = [collect(origin, there.length), collect(client, back.length)];
        client.write(there);
        origin.end(back);
        await next(client, 'end');
        see(atClient.bytes, atClient.hash() === hashOf(back));
        client.end();
        await Promise.all([atOrigin.done, ...ends]);
        see(atOrigin.bytes, atOrigin.hash() === hashOf(there));
        see(events, near.bytesRead, far.bytesWritten);
      }),
    ),
  ),
);

test.serial('a pipe that does not end its destination', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, { allowHalfOpen: true }, async (sockets) => {
        const { client, near, far, origin } = sockets;
        const sent = pattern(5 * MB, 5);
        const events = watchBoth(sockets);
        near.pipe(far, { end: false });
        const seen = collect(origin, sent.length + 4);
        client.end(sent);
        await next(near, 'end');
        see(far.writable, far.writableEnded);
        far.write('more');
        await seen.done;
        see(seen.hash() === hashOf(sent, 'more'), events);
      }),
    ),
  ),
);

/** Ends that come in the middle; what is under way is lost, how much is nobody's promise. */
const breaks = {
  // With bytes unread libuv may call a reset an end (uv__stream_io, src/unix/stream.c).
  'the client resets': async ({ client, near }) => {
    await hasRead(near, SENT);
    client.resetAndDestroy();
  },
  'the origin resets': ({ origin }) => origin.resetAndDestroy(),
  'the source is destroyed': ({ near }) => near.destroy(),
  'the source is destroyed with an error': ({ near }) => near.destroy(new Error('made up')),
  'the destination is destroyed': ({ far }) => far.destroy(),
  'the destination is destroyed with an error': ({ far }) => far.destroy(new Error('made up')),
  'the source resets': ({ near }) => near.resetAndDestroy(),
  'the destination resets': ({ far }) => far.resetAndDestroy(),
  'the destination is ended': ({ far, origin }) => far.end() && origin.resume(),
};

/** Which of two errors a pipeline ends with depends on whether a write was under way: a matter of time. */
const codeOf = (error) => (error?.code === 'ECANCELED' ? 'ERR_STREAM_PREMATURE_CLOSE' : error?.code);

/** How the sockets are tied together, and what tells the end of it. */
const ties = {
  pipe: ({ near, far }) => near.pipe(far),
  'pipes both ways': ({ near, far }) => pipeBoth(near, far),
  pipeline: ({ near, far }, see) => pipeline(near, far, (error) => see('pipeline ended', codeOf(error))),
};

/** Until the socket has read nothing for 100 rounds of the loop, because what it is piped into takes nothing. */
async function standsStill(socket) {
  for (let [rounds, bytes] = [0, 0]; rounds < 100; rounds++) {
    await new Promise(setImmediate);
    if (socket.bytesRead === bytes && bytes > 0) continue;
    [rounds, bytes] = [0, socket.bytesRead];
  }
}

test.serial('pipeline: the destination is destroyed when it takes nothing more, and the error says so', (t) =>
  compare(t, ({ net }, see) =>
    withProxy(net, {}, async (sockets) => {
      const { client, near, far, origin } = sockets;
      for (const socket of [client, origin]) socket.on('error', () => {});
      const ended = new Promise((resolve) => pipeline(near, far, resolve));
      client.write(pattern(SENT, 6));
      await standsStill(near);
      far.destroy();
      see((await ended).code);
      for (const socket of [near, far, client, origin]) await gone(socket);
    }),
  ),
);

/** A pipeline ends both; a pipe leaves the other side to the program. */
async function brokenUp(tie, ends) {
  if (tie === 'pipeline') return Promise.all(ends);
  await Promise.race(ends);
  await new Promise((resolve) => setImmediate(resolve));
}

for (const [tie, join] of Object.entries(ties)) {
  for (const [what, act] of Object.entries(breaks)) {
    for (const reader of what === 'the client resets' ? ['reads'] : ['reads', 'stands still']) {
      test.serial(`${tie}: ${what} in the middle, while the origin ${reader}`, (t) =>
        compare(t, ({ net, name }, see) =>
          relays(t, name, () =>
            withProxy(net, {}, async (sockets) => {
              const { client, near, far, origin } = sockets;
              const events = watchBoth(sockets);
              const ends = closings(sockets);
              for (const socket of [client, origin]) socket.on('error', () => {});
              if (reader === 'reads') origin.resume();
              join(sockets, (...seen) => events.near.push(seen));
              client.write(pattern(SENT, 6));
              await hasRead(near, 2 * MB);
              await act(sockets);
              await brokenUp(tie, ends);
              see(events);
              for (const socket of [near, far, client, origin]) await gone(socket);
            }),
          ),
        ),
      );
    }
  }
}

for (const event of ['pause', 'resume', 'drain', 'unpipe', 'end', 'finish', 'close']) {
  for (const side of ['near', 'far']) {
    for (const victim of ['near', 'far']) {
      test.serial(`${victim} is destroyed when ${side} says ${event}`, (t) =>
        compare(t, ({ net }, see) =>
          withProxy(net, {}, async (sockets) => {
            const { client, near, far, origin } = sockets;
            const seen = { near: record(near, ['error', 'close']), far: record(far, ['error', 'close']) };
            for (const socket of [client, origin]) socket.on('error', () => {}).resume();
            const ends = closings(sockets);
            sockets[side].once(event, () => sockets[victim].destroy());
            pipeBoth(near, far);
            client.end(pattern(6 * MB, 7));
            await Promise.race(ends);
            for (const socket of [near, far]) socket.destroy();
            await Promise.all(ends);
            see(seen.near.at(-1), seen.far.at(-1));
          }),
        ),
      );
    }
  }
}

test.serial('idle time begins anew with every byte that passes', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async (sockets) => {
        const { client, near, far, origin } = sockets;
        pipeBoth(near, far);
        origin.resume();
        let sending = true;
        for (const socket of [near, far]) socket.setTimeout(1000);
        const seen = [];
        for (const socket of [near, far]) socket.on('timeout', () => seen.push(sending));
        const chunk = pattern(MB, 8);
        for (let i = 0; i < 16; i++) {
          client.write(chunk);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        see('while it goes', seen);
        await hasRead(near, 16 * MB);
        sending = false;
        await Promise.all([next(near, 'timeout'), next(far, 'timeout')]);
        see('when it stands', seen);
      }),
    ),
  ),
);

test.serial('a destination that takes nothing is idle', (t) =>
  compare(t, ({ net, name }, see) =>
    relays(t, name, () =>
      withProxy(net, {}, async ({ client, near, far, origin }) => {
        near.pipe(far);
        origin.pause();
        client.write(pattern(32 * MB, 9));
        far.setTimeout(300);
        near.setTimeout(300);
        await Promise.all([next(near, 'timeout'), next(far, 'timeout')]);
        see(far.writableNeedDrain, near.isPaused(), far.destroyed);
      }),
    ),
  ),
);
