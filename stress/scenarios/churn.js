'use strict';
// Tens of thousands of short lives: one 'close' each, the built-in's errors, descriptors and heap as before.

const { once } = require('node:events');
const { setImmediate: turn } = require('node:timers/promises');
const { closed, freePort, listening, next, target } = require('../../__test__/net/pairs.js');

/** Lives at once. */
const ABREAST = 20;

/** Counts what a socket says until its end, which is taken as final a turn later. */
async function lifeOf(socket, tally) {
  socket.on('error', (error) => count(tally, error.code));
  let closes = 0;
  const end = new Promise((resolve) => socket.on('close', () => ++closes === 1 && resolve()));
  await end;
  await turn();
  if (closes !== 1) count(tally, `${closes} times close`);
  count(tally, 'closed');
}

const count = (tally, what) => (tally[what] = (tally[what] ?? 0) + 1);

/** Whoever the lives of this scenario need, and one life. */
const lives = {
  async 'connect and close'({ net }) {
    const server = await listening(net.createServer((socket) => socket.on('error', () => {}).resume()));
    return {
      live: (tally) => {
        const socket = net.connect(target(server), () => socket.end('x')).resume();
        return lifeOf(socket, tally);
      },
      settle: async () => {
        while ((await new Promise((resolve) => server.getConnections((_, n) => resolve(n)))) > 0)
          await turn();
      },
      end: () => closed(server),
    };
  },
  async 'connect and reset'({ net }) {
    let open = 0;
    const server = await listening(
      net.createServer((socket) => {
        open++;
        socket.on('error', () => {}).on('close', () => open--);
        socket.resetAndDestroy();
      }),
    );
    return {
      live: (tally) => lifeOf(net.connect(target(server)).resume(), tally),
      settle: async () => {
        while (open > 0) await turn();
      },
      end: () => closed(server),
    };
  },
  async 'connection refused'({ net }) {
    const port = await freePort(net);
    return { live: (tally) => lifeOf(net.connect(port, '127.0.0.1'), tally) };
  },
  async 'connect given up at once'({ net }) {
    let open = 0;
    const server = await listening(
      net.createServer((socket) => {
        open++;
        socket
          .on('error', () => {})
          .on('close', () => open--)
          .resume();
      }),
    );
    return {
      live: (tally) => {
        const socket = net.connect(target(server));
        process.nextTick(() => socket.destroy());
        return lifeOf(socket, tally);
      },
      settle: async () => {
        while (open > 0) await turn();
      },
      end: () => closed(server),
    };
  },
  async 'listen and close'({ net }) {
    return {
      live: async (tally) => {
        const server = net.createServer().listen(0, '127.0.0.1', () => server.close());
        await lifeOf(server, tally);
      },
    };
  },
  async 'UDP sockets'({ dgram }) {
    const receiver = dgram.createSocket('udp4').on('message', () => {});
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    return {
      live: (tally) => {
        const socket = dgram.createSocket('udp4');
        socket.send('x', receiver.address().port, '127.0.0.1', () => socket.close());
        return lifeOf(socket, tally);
      },
      end: async () => {
        const end = next(receiver, 'close');
        receiver.close();
        await end;
      },
    };
  },
};

/** Lives between two looks at the heap are this part of all; what is kept once, by a compiler say, is in one alone. */
const PARTS = 5;

const program = (name) => async (context) => {
  // Something stays open: a reactor without handles retires, and gives its descriptors back.
  const anchor = await listening(context.net.createServer());
  const { live, settle = turn, end = () => {} } = await lives[name](context);
  const tally = {};
  const heap = async () => {
    await settle();
    for (let i = 0; i < 3; i++) {
      await turn();
      globalThis.gc();
    }
    return process.memoryUsage().heapUsed;
  };
  const part = Math.ceil(context.times(20_000, 10_000) / PARTS / ABREAST) * ABREAST;
  const heaps = [];
  for (let i = 0; i <= PARTS; i++) {
    for (let done = 0; done < part; done += ABREAST)
      await Promise.all(Array.from({ length: ABREAST }, () => live(tally)));
    heaps.push(await heap());
    if (i === 0) context.mark('warm');
  }
  context.mark('done');
  await end();
  await closed(anchor);
  const slopes = heaps.slice(1).map((bytes, i) => (bytes - heaps[i]) / part);
  const slope = slopes.sort((a, b) => a - b)[PARTS >> 1];
  return { tally, lives: (PARTS + 1) * part, slope: Math.round(slope * 10) / 10 };
};

/** Lives from which on the heap tells; in fewer, what the compiler keeps shows. */
const FULL = 20_000;

/** Descriptors that the second half of the lives left. */
const leftOver = (run) => run.phase('done').first.descriptors - run.phase('warm').first.descriptors;

const scenario = (name, i) => ({
  program: program(name),
  flags: ['--expose-gc'],
  figure: (run) =>
    `${run.report.lives} lives, ${leftOver(run)} descriptors left, ${run.report.slope} B of heap each`,
  judge(expect, { ours, builtin }) {
    expect.equal('what was seen', ours.report.tally, builtin.report.tally);
    expect.equal('descriptors left', leftOver(ours), 0);
    expect.atMost('bytes of heap per life', ours.report.slope, ours.report.lives < FULL ? 80 : 40);
  },
  faults: ['closes twice', 'leaks descriptors', 'leaks memory', ...(i === 0 ? ['never closes'] : [])],
});

module.exports = Object.fromEntries(Object.keys(lives).map((name, i) => [name, scenario(name, i)]));
