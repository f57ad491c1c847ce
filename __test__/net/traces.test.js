'use strict';
// Random conversations: a client and a server's socket do what a seed says, on both implementations. What each side
// saw must be the same. FERRONET_SEEDS says how many are tried, FERRONET_SEED which one alone.

const test = require('ava');
const { traceOf } = require('../helpers/trace.js');
const { builtin, ours } = require('../helpers/implementations.js');
const { operations, planOf, programOf } = require('./conversations.js');

const alone = process.env.FERRONET_SEED;
const COUNT = alone ? 1 : Number(process.env.FERRONET_SEEDS ?? 60);
const FIRST = alone ? Number(alone) : 1;
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
