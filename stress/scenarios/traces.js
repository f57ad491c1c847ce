'use strict';
// Random conversations (__test__/net/conversations.js): both sides see the same on both implementations.

const { planOf, programOf } = require('../../__test__/net/conversations.js');
const { traceOf } = require('../../__test__/helpers/trace.js');
const { shareOf, steady } = require('../agreement.js');

/** A seed of the run stands for this many seeds of conversations. */
const STRIDE = 100_000;

module.exports = {
  'random conversations': {
    /** What each seed's conversation came to. */
    async program({ name, net, dgram, seed, times }) {
      const outcomes = {};
      const first = seed * STRIDE;
      for (let at = first; at < first + times(2000); at++) {
        const run = async () => JSON.stringify(await traceOf({ net, dgram }, programOf(planOf(at))));
        outcomes[`FERRONET_SEED=${at}`] = await (name === 'built-in' ? steady(run) : run());
      }
      return outcomes;
    },
    line({ ours, builtin }) {
      const { same, count } = shareOf(ours.report, builtin.report);
      return `${same} of ${count} conversations agree`;
    },
    judge: (expect, { ours, builtin }) => expect.share('agree', shareOf(ours.report, builtin.report), 0.995),
    faults: ['skips an event', 'loses a byte'],
  },
};
