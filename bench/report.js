'use strict';
// The tables, which read well in a terminal and are Markdown too, and the plain words under them.

function number(value) {
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const times = (ratio) => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : 'above none');
const span = ({ median, min, max }) => `${number(median)} (${number(min)}–${number(max)})`;
const percent = (share) => `${(share * 100).toFixed(share < 0.995 ? 1 : 0)} %`;
const unit = (row) => (row.lowerIsBetter ? `${row.unit}, lower is better` : row.unit);

function arrived({ results: { builtin, ferronet } }) {
  return builtin.arrived === null ? '' : `${percent(builtin.arrived)} / ${percent(ferronet.arrived)}`;
}

/** CPU time per message (per megabyte, connection, second): the ratio, and both in microseconds. */
function cpu({ results: { builtin, ferronet } }) {
  const [from, to] = [builtin, ferronet].map((result) => number(result.cpu.median));
  return `${times(ferronet.cpuRatio)} (${from} → ${to} µs)`;
}

const full = [
  ['scenario', (row) => row.name],
  ['unit', unit],
  ['built-in (min–max)', (row) => span(row.results.builtin.value)],
  ['ferronet (min–max)', (row) => span(row.results.ferronet.value)],
  [
    'ratio (per round)',
    ({ results: { ferronet } }) => `${times(ferronet.ratio)} (${times(ferronet.ratioPerRound)})`,
  ],
  ['CPU per message', cpu],
  ['arrived', arrived],
];

const short = [
  ['scenario', (row) => row.name],
  ['unit', unit],
  ['built-in', (row) => number(row.results.builtin.value.median)],
  ['ferronet', (row) => number(row.results.ferronet.value.median)],
  ['ratio per round', (row) => times(row.results.ferronet.ratioPerRound)],
  ['CPU per message', (row) => times(row.results.ferronet.cpuRatio)],
];

function table(columns, summaries) {
  const rows = [
    columns.map(([title]) => title),
    ...summaries.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

/** What was measured besides the built-in: per implementation the ratio, then CPU time per message. */
function besideTable(summaries, titles) {
  const names = Object.keys(titles).filter(
    (name) => name !== 'builtin' && summaries.some((row) => row.results[name]),
  );
  const cell = (name) => (row) => {
    const result = row.results[name];
    if (!result) return '';
    const lost = result.arrived !== null && result.arrived < 0.98;
    return `${times(result.ratioPerRound)}, ${times(result.cpuRatio)}${lost ? ` (${percent(result.arrived)} arrived)` : ''}`;
  };
  if (names.length < 2) return 'Nothing else ran.';
  return table(
    [['scenario', (row) => row.name], ...names.map((name) => [titles[name], cell(name)])],
    summaries.filter((row) => Object.keys(row.results).length > 2),
  );
}

/** The ratios of several Nodes side by side, each to its own built-in: figure, CPU per message. */
function nodesTable(runs) {
  const sorted = [...runs].sort((a, b) => Number.parseInt(a.node, 10) - Number.parseInt(b.node, 10));
  const names = [...new Set(sorted.flatMap(({ summaries }) => summaries.map(({ name }) => name)))];
  const cell = (summaries) => (name) => {
    const found = summaries.find((row) => row.name === name);
    return found
      ? `${times(found.results.ferronet.ratioPerRound)}, ${times(found.results.ferronet.cpuRatio)}`
      : '';
  };
  const columns = sorted.map(({ node, summaries }) => [`Node ${node}`, cell(summaries)]);
  return table([['scenario', (name) => name], ...columns], names);
}

/** Rows of { event, implementation, calls: { name: count } }. */
function syscallsTable(rows) {
  const columns = [
    ['one event is', ({ event }) => event],
    ['on', ({ implementation }) => implementation],
    [
      'calls',
      ({ calls }) =>
        Object.values(calls)
          .reduce((total, count) => total + count, 0)
          .toFixed(2),
    ],
    [
      'which',
      ({ calls }) =>
        Object.entries(calls)
          .map(([name, n]) => `${name} ${n.toFixed(2)}`)
          .join(', '),
    ],
  ];
  return table(columns, rows);
}

/** Where ferronet is not ahead, in words. */
function verdict(summaries) {
  if (summaries.length === 0) return 'Nothing was measured.';
  const lines = [];
  for (const { name, judgedBy, lowerIsBetter, results } of summaries) {
    const { value, cpu, ratioPerRound, cpuRatio } = results.ferronet;
    const ahead = judgedBy === 'cpu' || (lowerIsBetter ? ratioPerRound < 1 : ratioPerRound > 1);
    const findings = [];
    // What costs nothing cannot be better.
    if (!ahead && value.median > 0) findings.push(`${times(ratioPerRound)} the built-in's figure`);
    if (cpuRatio >= 1 && cpu.median > 0) findings.push(`${times(cpuRatio)} its CPU time per message`);
    if (findings.length > 0) lines.push(`- ${name}: ${findings.join(', ')}`);
  }
  if (lines.length === 0) return 'ferronet is ahead everywhere, in the figure and in CPU time.';
  return ['ferronet is not ahead here (medians of the ratios per round):', ...lines].join('\n');
}

module.exports = {
  besideTable,
  nodesTable,
  fullTable: (summaries) => table(full, summaries),
  number,
  syscallsTable,
  shortTable: (summaries) => table(short, summaries),
  table,
  times,
  verdict,
};
