'use strict';
// From the rounds of a scenario to medians, ranges and ratios.

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Nothing beside nothing is the same. */
const ratio = (value, base) => (value === base ? 1 : value / base);

/** One implementation over the rounds, beside the built-in. */
function results(rounds, name) {
  const spread = (figure) => {
    const values = rounds.map((round) => round[name][figure]);
    return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
  };
  const perRound = (figure) =>
    median(rounds.map((round) => ratio(round[name][figure], round.builtin[figure])));
  const lossy = rounds[0][name].arrived !== undefined;
  const value = spread('value');
  return {
    value,
    cpu: spread('cpu'),
    ratio: ratio(value.median, median(rounds.map(({ builtin }) => builtin.value))),
    ratioPerRound: perRound('value'),
    cpuRatio: perRound('cpu'),
    arrived: lossy ? spread('arrived').median : null,
  };
}

/** The figures of one scenario over all rounds; a round counts when all implementations finished it. */
function summarize(scenario, rounds) {
  const { name, unit, lowerIsBetter, judgedBy = 'value' } = scenario;
  const by = Object.keys(rounds[0])
    .sort()
    .map((key) => [key, results(rounds, key)]);
  return { name, unit, lowerIsBetter, judgedBy, rounds: rounds.length, results: Object.fromEntries(by) };
}

module.exports = { summarize };
