'use strict';
// Peers and networks that behave badly: what the program sees is what the built-in shows it.

const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const builtin = { net: require('node:net'), dgram: require('node:dgram') };
const { setTimeout: sleep } = require('node:timers/promises');
const { generator } = require('../../__test__/helpers/generator.js');
const { ADDRESSES, DEVICE, makeLink, removeLink } = require('../../__test__/helpers/link.js');
const { closed, freePort, listening, next, target } = require('../../__test__/net/pairs.js');

const count = (tally, what) => (tally[what] = (tally[what] ?? 0) + 1);

/** Serves until `connections` have come and gone; `serve(socket, tally)` is what is done with each. */
async function tallyOf({ net, startPeer }, role, options, { serverOptions = {}, connections, serve }) {
  const tally = {};
  let left = connections;
  const server = net.createServer(serverOptions);
  const all = new Promise((resolve) =>
    server.on('connection', (socket) => {
      socket.on('error', ({ code }) => count(tally, code));
      socket.on('end', () => count(tally, 'end'));
      socket.on('close', (hadError) => {
        count(tally, hadError ? 'close by an error' : 'close');
      });
      socket.once('close', () => --left === 0 && setImmediate(resolve));
      serve(socket, tally);
    }),
  );
  await listening(server);
  startPeer(role, { ...target(server), connections, ...options });
  await all;
  await closed(server);
  return tally;
}

const compared = {
  figure: ({ report }) =>
    Object.entries(report)
      .map(([what, times]) => `${times} ${what}`)
      .join(', '),
  judge: (expect, { ours, builtin: theirs }) => expect.equal('what was seen', ours.report, theirs.report),
};

/** `connections` sockets, each in the hands of `behave(socket, index)`; ends when all have closed. */
async function crowd({ connections, allowHalfOpen, ...to }, ready, behave) {
  ready();
  const sockets = Array.from({ length: connections }, async (_, index) => {
    const socket = builtin.net.connect({ ...to, allowHalfOpen }).on('error', () => {});
    const close = next(socket, 'close');
    await Promise.race([next(socket, 'connect'), close]);
    behave(socket, index);
    await close;
  });
  await Promise.all(sockets);
}

const slowSenders = {
  program: (context) =>
    tallyOf(
      context,
      'slow',
      {},
      {
        connections: context.times(1000),
        serve(socket, tally) {
          socket.setTimeout(2000, () => count(tally, 'timeout'));
          socket.on('data', ({ length }) => (tally.bytes = (tally.bytes ?? 0) + length));
        },
      },
    ),
  peers: {
    slow: (options, ready) =>
      crowd(options, ready, async (socket, index) => {
        for (let i = 0; i < 30; i++) {
          socket.write('x');
          await sleep(10 + (index % 20));
        }
        socket.end();
      }),
  },
  ...compared,
  faults: ['loses what is small'],
};

/** A reset meets a writer in the middle: whether reading, writing or an end finds it first is chance. */
const resets = {
  async program(context) {
    const tally = await tallyOf(
      context,
      'resetting',
      { seed: context.seed },
      {
        connections: context.times(2000),
        serve(socket) {
          const chunk = Buffer.alloc(20_000);
          const write = () => {
            while (!socket.destroyed && socket.write(chunk));
          };
          socket.on('drain', write).resume();
          write();
        },
      },
    );
    const { EPIPE = 0, ECONNRESET = 0, end: _end, ...rest } = tally;
    return { ...rest, 'ECONNRESET or EPIPE': EPIPE + ECONNRESET };
  },
  peers: {
    async resetting({ seed, ...options }, ready) {
      const { below } = generator(seed);
      await crowd(options, ready, async (socket) => {
        socket.resume().write('y'.repeat(1 + below(3000)));
        await sleep(below(30));
        socket.resetAndDestroy();
      });
    },
  },
  ...compared,
  faults: ['closes twice', 'changes error codes'],
};

/** They end their side and never close, or never end at all. */
const halfOpen = {
  program: (context) =>
    tallyOf(
      context,
      'half-open',
      { allowHalfOpen: true },
      {
        connections: context.times(1000),
        serve(socket, tally) {
          socket.setTimeout(500, () => {
            count(tally, 'timeout');
            socket.destroy();
          });
          socket.resume().on('finish', () => count(tally, 'finish'));
        },
      },
    ),
  peers: {
    'half-open': (options, ready) =>
      crowd(options, ready, (socket, index) => {
        if (index % 2 === 0) socket.end('all of it');
        else socket.write('some of it');
        socket.resume().on('end', () => socket.end());
      }),
  },
  ...compared,
  faults: ['closes twice', 'never times out'],
};

const strangers = {
  async program({ net, dgram, startPeer, times }) {
    const connected = dgram.createSocket('udp4');
    const friend = builtin.dgram.createSocket('udp4');
    friend.bind(0, '127.0.0.1');
    await once(friend, 'listening');
    const seen = { friend: 0, stranger: 0 };
    connected.on('message', (message, { port }) => {
      const right = port === friend.address().port && String(message) === 'friend';
      seen[right ? 'friend' : 'stranger']++;
    });
    connected.connect(friend.address().port, '127.0.0.1');
    await once(connected, 'connect');
    const { port } = connected.address();
    startPeer('strangers', { port, datagrams: times(20_000) });
    const FRIENDLY = 50;
    for (let i = 0; i < FRIENDLY; i++) {
      const got = next(connected, 'message');
      friend.send('friend', port, '127.0.0.1');
      await got;
    }
    connected.close();
    friend.close();
    return { net: typeof net, ...seen };
  },
  peers: {
    async strangers({ port, datagrams }, ready) {
      const sockets = Array.from({ length: 10 }, () => builtin.dgram.createSocket('udp4'));
      ready();
      for (let i = 0; i < datagrams; i++) {
        const socket = sockets[i % sockets.length];
        await new Promise((resolve) => socket.send('stranger', port, '127.0.0.1', resolve));
      }
    },
  },
  figure: ({ report }) => `${report.stranger} of strangers, ${report.friend} of the peer`,
  judge: compared.judge,
  faults: ['invents a datagram'],
};

const refusals = {
  async program({ net, dgram, times }) {
    const tally = {};
    for (let i = 0; i < times(1000); i++) {
      const port = await freePort(net);
      const socket = dgram.createSocket('udp4');
      const error = next(socket, 'error');
      socket.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.send('is anybody there', (failed) => count(tally, `sent ${failed?.code ?? 'well'}`));
      const [{ code, syscall, message }] = await error;
      count(tally, `${code} ${syscall} ${message}`);
      // Somebody is there now: the same socket goes on.
      const late = dgram.createSocket('udp4').bind(port, '127.0.0.1');
      await once(late, 'listening');
      const got = next(late, 'message');
      socket.send('and now');
      const [message2] = await got;
      count(tally, String(message2));
      for (const one of [socket, late]) {
        const close = next(one, 'close');
        one.close();
        await close;
      }
    }
    return tally;
  },
  ...compared,
  faults: ['changes error codes'],
};

let link = null;

/** The far end, in its namespace: takes what comes over TCP and UDP, and says how much. */
const FAR_END = `
  const sums = { bytes: 0, datagrams: 0 };
  require('node:net').createServer((socket) => {
    socket.on('data', ({ length }) => (sums.bytes += length)).on('error', () => {});
    socket.on('end', () => socket.end(JSON.stringify(sums)));
  }).listen(7000, '${ADDRESSES[1]}', () => {
    require('node:dgram').createSocket('udp4').on('message', () => sums.datagrams++).bind(7000, '${ADDRESSES[1]}',
      () => console.log('ready'));
  });
  process.stdin.resume().on('end', () => process.exit());`;

const linkDown = {
  async program({ net, dgram }) {
    const set = (state) => execFileSync('ip', ['link', 'set', DEVICE, state]);
    const stream = net.connect(7000, ADDRESSES[1]);
    const udp = dgram.createSocket('udp4');
    await once(stream, 'connect');
    const errors = [];
    for (const socket of [stream, udp]) socket.on('error', ({ code }) => errors.push(code));
    const send = () =>
      new Promise((resolve) => udp.send('x', 7000, ADDRESSES[1], (error) => resolve(error?.code ?? 'sent')));
    const sent = [await send()];
    const chunk = Buffer.alloc(50_000);
    const WRITES = 40;
    for (let i = 0; i < WRITES; i++) {
      stream.write(chunk);
      if (i === 10) set('down');
      if (i === 20) sent.push(await send());
      if (i === 30) {
        await sleep(500);
        set('up');
        sent.push(await send());
      }
      await sleep(5);
    }
    stream.end();
    const [answer] = await next(stream, 'data');
    await next(stream, 'close');
    udp.close();
    return { sent, errors, bytes: JSON.parse(answer).bytes };
  },
  wrap: (argv) => ['ip', 'netns', 'exec', link.near, ...argv],
  prepare() {
    link = makeLink();
    const { spawn } = require('node:child_process');
    const far = spawn('ip', ['netns', 'exec', link.far, process.execPath, '-e', FAR_END]);
    return {
      ready: once(far.stdout, 'data'),
      async end() {
        far.stdin.end();
        await once(far, 'close');
        removeLink(link);
      },
    };
  },
  missing() {
    const made = makeLink();
    if (made) removeLink(made);
    return made ? undefined : 'needs root and ip(8) for network namespaces';
  },
  figure: ({ report }) => `${report.bytes} bytes, datagrams ${report.sent.join(', ')}`,
  judge: compared.judge,
  faults: ['hides what fails to be sent'],
};

module.exports = {
  'slow senders': slowSenders,
  'resets in the middle': resets,
  'half-open peers': halfOpen,
  'datagrams of strangers': strangers,
  'ICMP refusals': refusals,
  'the link goes down and up': linkDown,
};
