'use strict';
// The figures as a picture (SVG): a bar per scenario, how much better than the built-in on a logarithmic scale, and
// a mark where a bare Rust program comes. No text is needed to know light from dark: the reader's setting decides.

const { number } = require('./report.js');

const ROW = 22;
const TOP = 84;
const LABELS = 390;
const PLOT = 420;
const WIDTH = LABELS + PLOT + 170;
const [LEAST, MOST] = [0.5, 32];
const TICKS = [0.5, 1, 2, 4, 8, 16, 32];

const style = `
  svg { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif }
  .paper { fill: #ffffff } text { fill: #1f2328 } .soft { fill: #59636e }
  .grid { stroke: #d1d9e0 } .one { stroke: #59636e; stroke-width: 1.5 }
  .ahead { fill: #0969da } .behind { fill: #bc4c00 } .bare { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #f0f6fc } .soft { fill: #9198a1 }
    .grid { stroke: #3d444d } .one { stroke: #9198a1 }
    .ahead { fill: #4493f8 } .behind { fill: #f0883e } .bare { stroke: #f0f6fc }
  }`;

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text) => text.replace(/[&<>]/g, (character) => escapes[character]);

/** How often better than the built-in: more per second, less time, or less CPU time where the rate is given. */
function better({ judgedBy, lowerIsBetter }, result) {
  if (judgedBy === 'cpu') return 1 / result.cpuRatio;
  return lowerIsBetter ? 1 / result.ratioPerRound : result.ratioPerRound;
}

function x(value) {
  const inside = Math.min(Math.max(value, LEAST), MOST);
  return LABELS + (PLOT * Math.log(inside / LEAST)) / Math.log(MOST / LEAST);
}

const at = (value) => value.toFixed(1);

function grid(bottom) {
  return TICKS.map((tick) => {
    const place = at(x(tick));
    const kind = tick === 1 ? 'one' : 'grid';
    return (
      `<line class="${kind}" x1="${place}" x2="${place}" y1="${TOP - 6}" y2="${bottom}"/>` +
      `<text class="soft" x="${place}" y="${TOP - 12}" text-anchor="middle">${tick}x</text>`
    );
  });
}

function row(summary, i) {
  const y = TOP + i * ROW;
  const middle = y + ROW / 2 + 4;
  const { ferronet, bare } = summary.results;
  const value = better(summary, ferronet);
  const [from, to] = [x(1), x(value)].sort((a, b) => a - b);
  const parts = [
    `<text x="${LABELS - 12}" y="${middle}" text-anchor="end">${escaped(summary.name)}</text>`,
    `<rect class="${value >= 1 ? 'ahead' : 'behind'}" x="${at(from)}" y="${y + 4}" ` +
      `width="${at(Math.max(to - from, 1))}" height="${ROW - 8}" rx="2"/>`,
    `<text x="${LABELS + PLOT + 28}" y="${middle}">${number(value)}x</text>`,
    `<text class="soft" x="${LABELS + PLOT + 100}" y="${middle}">${number(ferronet.cpuRatio)}x</text>`,
  ];
  const limit = bare && better(summary, bare);
  if (limit && limit <= MOST) {
    const place = at(x(limit));
    parts.push(`<line class="bare" x1="${place}" x2="${place}" y1="${y + 2}" y2="${y + ROW - 2}"/>`);
  }
  return parts.join('');
}

/** The chart of one Node's summaries; scenarios in which nothing happens have nothing to show. */
function chart(title, summaries) {
  const shown = summaries.filter(({ results }) => results.builtin.value.median > 0);
  const bottom = TOP + shown.length * ROW + 6;
  const heads = [
    `<text x="16" y="24" font-size="16" font-weight="600">${escaped(title)}</text>`,
    `<text class="soft" x="16" y="42">Better than the built-in, logarithmic; the upright mark is bare Rust</text>`,
    `<text class="soft" x="${LABELS + PLOT + 28}" y="${TOP - 12}">better</text>`,
    `<text class="soft" x="${LABELS + PLOT + 100}" y="${TOP - 12}">CPU</text>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 12}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${bottom + 12}" rx="6"/>`,
    ...heads,
    ...grid(bottom),
    ...shown.map(row),
    '</svg>\n',
  ].join('\n');
}

module.exports = { chart };
