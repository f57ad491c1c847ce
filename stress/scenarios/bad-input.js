'use strict';
// Random calls of every public function with hostile values (fuzz.js): the same throw, code and message as the
// built-in, the same errors afterwards, and nothing done to the options or to Object.prototype.

const path = require('node:path');
const { runNode } = require('../../__test__/helpers/children.js');
const { shareOf } = require('../agreement.js');

const fuzz = path.join(__dirname, '..', 'fuzz.js');

/** Outcomes by call; goes on behind a call that ended the process: null for the built-in, which does not count. */
async function outcomesOf({ name, fault = '' }, from, to) {
  const outcomes = {};
  let polluted = false;
  let aborts = 0;
  for (let next = from; next < to; ) {
    const run = await runNode(['--no-warnings', fuzz, name, String(next), String(to), fault], {
      timeout: 300_000,
    });
    const lines = run.stdout.trim().split('\n').filter(Boolean);
    if (lines.length === 0) throw new Error(run.stderr);
    for (const line of lines) {
      const [seed, call, outcome, pollutes] = JSON.parse(line);
      const ended = outcome === undefined;
      outcomes[`${seed} ${call}`] = !ended ? outcome : name === 'built-in' ? null : endOf(run);
      polluted ||= Boolean(pollutes);
      next = seed + 1;
    }
    if (run.code !== 0) aborts++;
  }
  return { outcomes, polluted, aborts };
}

const endOf = ({ code, signal, stderr }) => `ended by ${signal ?? code}: ${stderr.slice(0, 1000)}`;

const withoutMessages = (text) => text?.replace(/"(message|string)":"(\\.|[^"\\])*",?/g, '') ?? null;
const each = (report, change) =>
  Object.fromEntries(Object.entries(report).map(([key, text]) => [key, change(text)]));

module.exports = {
  'random calls with hostile values': {
    program(context) {
      const from = context.seed * 1_000_000;
      return outcomesOf(context, from, from + context.times(8000));
    },
    line({ ours, builtin }) {
      const { same, count } = shareOf(ours.report.outcomes, builtin.report.outcomes);
      const aborts = `ended the process: ${ours.report.aborts}, built-in ${builtin.report.aborts}`;
      return `${same} of ${count} calls agree in everything, ${aborts}`;
    },
    judge(expect, { ours, builtin }) {
      const [mine, theirs] = [ours.report.outcomes, builtin.report.outcomes];
      expect.share('agree', shareOf(each(mine, withoutMessages), each(theirs, withoutMessages)), 0.995);
      expect.share('agree with their messages', shareOf(mine, theirs), 0.99);
      expect.equal('calls that ended the process', ours.report.aborts, 0);
      expect.that(!ours.report.polluted, 'Object.prototype was changed');
    },
    faults: ['changes messages', 'pollutes'],
  },
};
