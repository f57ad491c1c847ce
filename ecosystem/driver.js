'use strict';
// Runs one program of programs/ in a process of its own and prints what it saw, a line of JSON each.
//
//   node driver.js PROGRAM '{ "servers": { … }, "folder": "…" }'

const path = require('node:path');
const { normalizer } = require('../__test__/helpers/trace.js');

const [, , file, context] = process.argv;
const normal = normalizer();
const see = (...seen) => console.log(JSON.stringify(seen.map((value) => normal(value) ?? null)));

const { run } = require(path.resolve(file));

let done = false;

// A program that leaves something open does not end, and the runner says so. One that waits for what never comes
// ends too early.
process.on('exit', () => {
  if (!done) process.exitCode = 1;
});

run({ ...JSON.parse(context), see }).then(
  () => {
    done = true;
    see('done');
  },
  (error) => console.error(error),
);
