'use strict';
// Random conversations: a client and a server's socket do what a seed says, on both implementations. What each side
// saw must be the same. FERRONET_SEEDS says how many are tried, FERRONET_SEED which one alone.

const test = require('ava');
const { traceOf } = require('../helpers/compare.js');
const { builtin, ours } = require('../helpers/implementations.js');
const { SOCKET_EVENTS, gone, listening, next, pair, record, target } = require('./pairs.js');

const alone = process.env.FERRONET_SEED;
const COUNT = alone ? 1 : Number(process.env.FERRONET_SEEDS ?? 60);
const FIRST = alone ? Number(alone) : 1;

/** mulberry32: the same numbers for the same seed. */
function generator(seed) {
  let state = seed * 0x9e3779b9;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(random() * n);
  return { below, chance: (p) => random() < p, pick: (list) => list[below(list.length)] };
}

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

/** Where two traces part, with what came before; a diff of the whole takes minutes. */
function firstDifference(actual, expected) {
  const flat = (trace) =>
    trace.flatMap(([side, log, end]) => [...log, end].map((e) => `${side} ${JSON.stringify(e)}`));
  const [a, e] = [flat(actual), flat(expected)];
  const at = e.findIndex((line, i) => line !== a[i]);
  const part = (lines) => lines.slice(Math.max(0, at - 12), at + 6).join('\n');
  return `ferronet:\n${part(a)}\n\nbuilt-in:\n${part(e)}`;
}

test('random conversations are the same on both', async (t) => {
  t.timeout(600_000);
  const differing = [];
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const program = programOf(planOf(seed));
    const expected = JSON.stringify(await traceOf(builtin, program));
    const actual = JSON.stringify(await traceOf(ours, program));
    if (actual === expected) continue;
    differing.push(seed);
    if (alone) t.log(firstDifference(JSON.parse(actual), JSON.parse(expected)));
  }
  t.log(`${COUNT - differing.length} of ${COUNT} agree${differing.length ? `, not ${differing}` : ''}`);
  t.true(differing.length <= COUNT / 100, `differ: ${differing}`);
});

test('random conversations are not empty', (t) => {
  const plans = Array.from({ length: 100 }, (_, i) => planOf(i));
  const names = new Set(plans.flatMap(({ steps }) => steps.flat().map(({ name }) => name)));
  t.deepEqual([...names].sort(), Object.keys(operations).sort());
});
