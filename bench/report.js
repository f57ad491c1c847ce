'use strict';
// Medians, the table, and the plain words under it.

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The figures of one scenario over all rounds; a round counts when both implementations finished it. */
function summarize(scenario, rounds) {
  const column = (implementation, figure) => rounds.map((round) => round[implementation][figure]);
  const perRound = (figure) =>
    median(rounds.map(({ builtin, ferronet }) => ferronet[figure] / builtin[figure]));
  const spread = (implementation, figure) => {
    const values = column(implementation, figure);
    return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
  };
  const [builtin, ferronet] = [spread('builtin', 'value'), spread('ferronet', 'value')];
  const lossy = rounds[0].builtin.arrived !== undefined;
  return {
    name: scenario.name,
    unit: scenario.unit,
    lowerIsBetter: scenario.lowerIsBetter,
    judgedBy: scenario.judgedBy ?? 'value',
    builtin,
    ferronet,
    ratio: ferronet.median / builtin.median,
    ratioPerRound: perRound('value'),
    cpuBuiltin: spread('builtin', 'cpu'),
    cpuFerronet: spread('ferronet', 'cpu'),
    cpuRatio: perRound('cpu'),
    arrived: lossy
      ? { builtin: median(column('builtin', 'arrived')), ferronet: median(column('ferronet', 'arrived')) }
      : null,
    rounds,
  };
}

function number(value) {
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const span = ({ median, min, max }) => `${number(median)} (${number(min)}–${number(max)})`;
const percent = (share) => `${(share * 100).toFixed(share < 0.995 ? 1 : 0)} %`;

const columns = [
  ['scenario', (row) => row.name],
  ['unit', (row) => (row.lowerIsBetter ? `${row.unit}, lower is better` : row.unit)],
  ['built-in (min–max)', (row) => span(row.builtin)],
  ['ferronet (min–max)', (row) => span(row.ferronet)],
  ['ratio (per round)', (row) => `${row.ratio.toFixed(2)} (${row.ratioPerRound.toFixed(2)})`],
  ['CPU per message', (row) => row.cpuRatio.toFixed(2)],
  ['arrived', ({ arrived }) => (arrived ? `${percent(arrived.builtin)} / ${percent(arrived.ferronet)}` : '')],
];

/** A table that reads well in a terminal and is Markdown too. */
function table(summaries) {
  const rows = [
    columns.map(([title]) => title),
    ...summaries.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

/** Where ferronet is not ahead, in words. */
function verdict(summaries) {
  if (summaries.length === 0) return 'Nothing was measured.';
  const lines = [];
  for (const { name, judgedBy, lowerIsBetter, ratioPerRound, cpuRatio } of summaries) {
    const slower = judgedBy === 'value' && (lowerIsBetter ? ratioPerRound >= 1 : ratioPerRound <= 1);
    const what = lowerIsBetter ? 'time' : 'throughput';
    const findings = [];
    if (slower) findings.push(`${ratioPerRound.toFixed(2)} times the built-in's ${what}`);
    if (cpuRatio >= 1) findings.push(`${cpuRatio.toFixed(2)} times its CPU time per message`);
    if (findings.length > 0) lines.push(`- ${name}: ${findings.join(', ')}`);
  }
  if (lines.length === 0) return 'ferronet is ahead everywhere, in the figure and in CPU time.';
  return ['ferronet is not ahead here (medians of the ratios per round):', ...lines].join('\n');
}

module.exports = { summarize, table, verdict };
