'use strict';
// Random conversations of a client and a server's socket: what a seed says, and how it is carried out.

const { generator } = require('../helpers/generator.js');
const { SOCKET_EVENTS, gone, listening, next, pair, record, target } = require('./pairs.js');

/** What a side can do; `log` takes what its callbacks say. */
const operations = {
  write: (s, log, n) => log('write gives', s.write('w'.repeat(n), said(log, 'written'))),
  'write nothing': (s, log) => s.write('', said(log, 'nothing written')),
  'write hex': (s, log) => s.write('6162', 'hex', said(log, 'hex written')),
  'cork and write': (s, log, n) => {
    s.cork();
    s.write('c'.repeat(n), said(log, 'first corked written'));
    s.write('d', said(log, 'second corked written'));
    process.nextTick(() => s.uncork());
  },
  cork: (s) => s.cork(),
  uncork: (s) => s.uncork(),
  end: (s, log) => s.end(said(log, 'end')),
  'end with data': (s, log, n) => s.end('e'.repeat(n), said(log, 'end with data')),
  destroySoon: (s) => s.destroySoon(),
  destroy: (s) => s.destroy(),
  'destroy with an error': (s) => s.destroy(new Error('made up')),
  // Behind a FIN it is an error without a close in the built-in.
  reset: (s) => s.writableEnded || s.resetAndDestroy(),
  pause: (s) => s.pause(),
  resume: (s) => s.resume(),
  'read some': (s, log) => log('read gives', s.read(3)),
  'read all': (s, log) => log('read gives', s.read()),
  'set a timeout': (s, log) => s.setTimeout(600_000, said(log, 'timeout')),
  'no timeout': (s) => s.setTimeout(0),
  options: (s) => s.setNoDelay(true).setKeepAlive(true, 2000),
  unref: (s) => s.unref().ref(),
};

const said = (log, name) => (error) => log(name, error?.code ?? error?.message ?? null);

/** Names as often as they shall be drawn. */
const often = { write: 6, end: 2, pause: 2, resume: 3 };
const drawn = Object.keys(operations).flatMap((name) => Array(often[name] ?? 1).fill(name));

const reactions = ['connect', 'data', 'end', 'finish', 'close', 'readable', 'drain'];

/** What a seed says: options, steps of operations that are done in one tick, and reactions to events. */
function planOf(seed) {
  const { below, chance, pick } = generator(seed);
  const operation = () => ({ side: below(2), name: pick(drawn), size: pick([1, 5, 100, 3000, 20_000]) });
  const steps = Array.from({ length: 2 + below(7) }, () =>
    Array.from({ length: chance(0.7) ? 1 : 2 + below(2) }, operation),
  );
  const reacting = () =>
    chance(0.3) ? [{ on: pick(reactions), name: pick(drawn), size: pick([1, 100, 3000]) }] : [];
  return {
    serverOptions: { allowHalfOpen: chance(0.4), pauseOnConnect: chance(0.15) },
    clientOptions: { allowHalfOpen: chance(0.4), highWaterMark: pick([undefined, 10, 1000]) },
    flowing: [chance(0.8), chance(0.8)],
    reactions: [reacting(), reacting()],
    steps,
  };
}

/** A connection whose byte to and fro comes behind all that was under way on another one. */
async function makeBarrier(net) {
  const { server, client, peer } = await pair(net);
  peer.pipe(peer);
  return {
    async pass(rounds = 12) {
      for (let i = 0; i < rounds; i++) {
        const echo = next(client, 'data');
        client.write('.');
        await echo;
        await new Promise(setImmediate);
      }
    },
    async close() {
      await Promise.all([gone(client), gone(peer)]);
      server.close();
      await next(server, 'close');
    },
  };
}

/** Carries the plan out; each side's events are a list of its own, since TCP orders only those. */
function programOf(plan) {
  return async ({ net }, see) => {
    const barrier = await makeBarrier(net);
    const server = await listening(net.createServer(plan.serverOptions));
    const accepted = next(server, 'connection');
    const client = net.connect({ ...target(server), ...plan.clientOptions });
    const sides = [client];
    const logs = [];
    const act = (side, { name, size }) => {
      logs[side].push([`does ${name}`]);
      operations[name](sides[side], (...what) => logs[side].push(what), size);
    };
    const begin = (side) => {
      const socket = sides[side];
      logs[side] = record(socket, [...(plan.flowing[side] ? ['data'] : []), ...SOCKET_EVENTS]);
      for (const reaction of plan.reactions[side]) {
        if (['data', 'readable'].includes(reaction.on) && !plan.flowing[side]) continue;
        socket.once(reaction.on, () => act(side, reaction));
      }
    };
    begin(0);
    const [peer] = await accepted;
    sides.push(peer);
    begin(1);
    await barrier.pass();
    for (const step of plan.steps) {
      for (const operation of step) act(operation.side, operation);
      await barrier.pass();
      for (const [side, socket] of sides.entries()) logs[side].push(stateOf(socket));
    }
    for (const [side, socket] of sides.entries())
      see(['client', 'server'][side], brief(logs[side]), stateOf(socket));
    await Promise.all([gone(client), gone(peer), barrier.close()]);
    server.close();
    await next(server, 'close');
  };
}

/** Where a socket stands. Whether a write that failed counts as written depends on its encoding in the built-in. */
const stateOf = (s) => [
  'state',
  s.readyState,
  s.destroyed,
  s.bytesRead,
  s.errored ? 'failed' : s.bytesWritten,
  s.writableLength,
  s.pending,
];

/** Long runs of a letter as their number. */
const brief = (log) =>
  log.map((entry) =>
    entry.map((value) =>
      typeof value === 'string' ? value.replace(/(.)\1{5,}/g, (run, c) => `${run.length}*${c}`) : value,
    ),
  );

module.exports = { makeBarrier, operations, planOf, programOf };
