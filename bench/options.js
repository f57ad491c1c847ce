'use strict';
// The options of the side-by-side benchmark.

const { parseArgs } = require('node:util');
const { other } = require('./implementations.js');
const scenarios = require('./scenarios.js');

const LOADS = [undefined, 'node', 'native'];

const usage = `Usage: ferronet bench [options]        (in a checkout: npm run bench -- [options])

Runs the same programs on Node's net and dgram and on ferronet's, by turns, and shows both side by side. All traffic stays
on this machine, which has to be otherwise idle.

  --rounds N       runs of each implementation in each scenario (5)
  --seconds S      length of a run (2)
  --only REGEX     only scenarios whose name matches
  --list           names the scenarios
  --json FILE      writes all figures there
  --node PATH      the Node that runs the programs (this one); again for another one
  --vs LIST        other runtimes beside: bun, deno, or bun=/path/to/bun, separated by commas
  --just           only the built-in and ferronet: no other waiter, no busy polling, no bare program
  --load KIND      what makes the load: node, a program on ferronet; native, which a checkout has, on Linux with cargo
                   (native where it can be had)
  --help           prints this

All scenarios take more than ten minutes: --rounds 1, --seconds 1 and --only make it short.`;

/** What the command line asks for; throws where it is no option. */
function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      node: { type: 'string', multiple: true, default: [process.execPath] },
      vs: { type: 'string', default: '' },
      just: { type: 'boolean', default: false },
      load: { type: 'string' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds is a whole number from 1');
  if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds is a number up to 60');
  if (!LOADS.includes(values.load)) throw new Error(`--load is one of ${LOADS.filter(Boolean).join(', ')}`);
  const others = Object.fromEntries(values.vs.split(',').filter(Boolean).map(other));
  const only = new RegExp(values.only, 'i');
  const chosen = scenarios.filter(({ name }) => only.test(name));
  if (chosen.length === 0) throw new Error('--only matches no scenario; --list names them');
  return { ...values, rounds, seconds, others, chosen };
}

module.exports = { options, usage };
