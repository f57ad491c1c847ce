'use strict';
// npm run test:ecosystem -- --rates: requests per second of servers on the built-in and on ferronet. By turns, the load
// of bench/ on one core and the server on the other, 50 connections, medians of the rounds.

const path = require('node:path');
const { Child, complaints, killAll, whyUnpinned } = require('../bench/children.js');
const { build } = require('../bench/generator.js');

const APPLICATIONS = ['http', 'express', 'fastify'];
const ROUNDS = 5;
const SIDES = { builtin: [], ferronet: ['-r', 'ferronet/register'] };

async function measure(application, flags, { node, folder, load, pinned, seconds }) {
  const program = path.join(folder, 'programs', 'rates-server.js');
  const on = (core) => ({ core: pinned ? core : null, seconds });
  const env = { NODE_ENV: 'production' };
  const server = new Child(application, node, [...flags, program, application], { ...on(1), env });
  try {
    const { port } = await server.read();
    const args = [
      'http-requests',
      '--connections',
      '50',
      '--port',
      String(port),
      '--seconds',
      String(seconds),
    ];
    return (await new Child('the load', load, args, on(0)).read()).rate;
  } catch (error) {
    throw new Error([error.message, ...complaints()].join('\n'));
  } finally {
    killAll();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Prints a table of all applications; resolves with it. */
async function rates({ node, folder, seconds }) {
  const unpinned = whyUnpinned();
  if (unpinned) console.log(`not pinned: ${unpinned}`);
  const context = { node, folder, load: build(), pinned: !unpinned, seconds };
  const flagsOf = (side) =>
    SIDES[side].map((flag) =>
      flag.replace('ferronet/register', path.join(folder, 'node_modules', 'ferronet', 'lib', 'register.js')),
    );
  const table = [];
  console.log('| server | built-in, requests/s | ferronet, requests/s | ratio |\n| --- | --- | --- | --- |');
  for (const application of APPLICATIONS) {
    const values = { builtin: [], ferronet: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of Object.keys(SIDES))
        values[side].push(await measure(application, flagsOf(side), context));
    }
    const [builtin, ferronet] = [median(values.builtin), median(values.ferronet)];
    table.push({ application, builtin, ferronet, ratio: ferronet / builtin });
    const figures = [builtin, ferronet].map((value) => Math.round(value).toLocaleString('en'));
    console.log(`| ${application} | ${figures.join(' | ')} | ${(ferronet / builtin).toFixed(2)}x |`);
  }
  return table;
}

module.exports = { rates };
