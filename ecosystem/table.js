'use strict';
// The table of docs/compatibility.md, from the results of runs with --json:
//
//   node ecosystem/table.js node20.json node24.json

const fs = require('node:fs');

const runs = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));

const named = (versions) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

const row = (cells) => `| ${cells.join(' | ')} |`;

/** The sockets that async_hooks has seen: FERRONET_TCP and so on, without their requests. */
function sockets(result) {
  const kinds = Object.keys(result.types ?? {}).map(
    (type) => type.match(/^FERRONET_((?:TCP|PIPE)(?:SERVER)?|UDP)$/)?.[1],
  );
  return kinds.filter(Boolean).sort().join(', ');
}

const columns = [
  'program',
  'libraries',
  'server',
  'through',
  'sockets of ferronet',
  ...runs.map(({ node }) => node),
];
console.log(row(columns));
console.log(row(columns.map(() => '---')));
for (const [index, first] of runs[0].results.entries()) {
  const { name, libraries, servers, through } = first;
  const results = runs.map(({ results: all }) => all[index].status);
  console.log(row([name, named(libraries), named(servers), through, sockets(first), ...results]));
}
