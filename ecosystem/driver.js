'use strict';
// Runs one program of programs/ in a process of its own and prints what it saw, a line of JSON each.
//
//   node driver.js PROGRAM '{ "servers": { … }, "folder": "…" }'

const path = require('node:path');
const { normalizer } = require('../__test__/helpers/trace.js');

const [, , file, context] = process.argv;
const normal = normalizer();
// Kept until the end: lines of one program, not of what else prints.
const see = (...seen) => console.log(JSON.stringify(seen.map((value) => normal(value) ?? null)));

const { run } = require(path.resolve(file));

// A program that leaves something open does not end, and the runner says so.
run({ ...JSON.parse(context), see }).then(
  () => see('done'),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
