'use strict';
// npm run bench:publish: from the figures in bench/figures to the chart and the tables of README.md and
// docs/performance.md.

const fs = require('node:fs');
const path = require('node:path');
const { chart } = require('./chart.js');
const { amounts } = require('./counted/marginal.js');
const {
  besideTable,
  fullTable,
  nodesTable,
  number,
  shortTable,
  syscallsTable,
  table,
  times,
  verdict,
} = require('./report.js');

const root = path.join(__dirname, '..');
const read = (file) => JSON.parse(fs.readFileSync(path.join(__dirname, file), 'utf8'));

/** The text between `<!-- name -->` and `<!-- /name -->` becomes `content`. */
function fill(text, name, content) {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(before), text.indexOf(after)];
  if (start < 0 || end < start) throw new Error(`The marks of "${name}" are missing.`);
  return `${text.slice(0, start + before.length)}\n${content}\n${text.slice(end)}`;
}

function rewrite(file, contents) {
  const target = path.join(root, file);
  let text = fs.readFileSync(target, 'utf8');
  for (const [name, content] of Object.entries(contents)) {
    if (text.includes(`<!-- ${name} -->`)) text = fill(text, name, content);
  }
  fs.writeFileSync(target, text);
  console.log(file);
}

/** main.json: one Node with all that is beside it; nodes.json: the others. */
const [main, nodes] = [read('figures/main.json'), read('figures/nodes.json')];
const [{ node, summaries }] = main.runs;
const versions = Object.entries(main.versions).map(([name, version]) => `${name} ${version}`);
const conditions = [
  `${[`Node ${node}`, ...versions].join(', ')}; ${main.machine}; ${main.placement};`,
  `medians of ${main.rounds} rounds of ${main.seconds} s.`,
].join(' ');
const titles = Object.fromEntries(
  Object.entries(main.titles).filter(([name]) => summaries.some(({ results }) => results[name])),
);
/** Instructions per event, of the workloads of bench/counted. */
function instructionsTable({ ferronet, builtin }) {
  const columns = [
    ['one event is', (name) => amounts[name].event],
    ['built-in', (name) => number(builtin[name])],
    ['ferronet', (name) => number(ferronet[name])],
    ['ratio', (name) => times(ferronet[name] / builtin[name])],
  ];
  return table(columns, Object.keys(ferronet));
}

const contents = {
  conditions,
  'short table': shortTable(summaries),
  'full table': fullTable(summaries),
  'beside table': besideTable(summaries, titles),
  'nodes table': nodesTable([...nodes.runs, ...main.runs]),
  instructions: instructionsTable(read('counted/instructions.json')),
  syscalls: syscallsTable(read('counted/syscalls.json').rows),
  verdict: verdict(summaries),
};

const picture = path.join('docs', 'performance.svg');
fs.writeFileSync(
  path.join(root, picture),
  chart(`ferronet beside the net and dgram of Node ${node}`, summaries),
);
console.log(picture);
for (const file of ['README.md', path.join('docs', 'performance.md')]) rewrite(file, contents);
