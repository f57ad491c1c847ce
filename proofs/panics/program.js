'use strict';
// One panic in one process:  node --expose-gc program.js CASE [bare]
// It ends by itself with EXIT_CODE if everything went as cases.js says; `bare`: with a core that catches no panic.

const assert = require('node:assert');
const { once } = require('node:events');
const binding = require('../../lib/binding.js');
const { cases, hit } = require('./cases.js');
const { all, answer, closed, echoes, endAll, told } = require('./sockets.js');

const EXIT_CODE = 7;

const FAILED = ['error EIO', 'close'];

async function main(name, bare) {
  const { run, alone } = cases[name];
  const others = alone ? null : await echoes();
  const harmless = new Set(all.keys());
  if (bare) binding.stopCatching();
  const result = await run((point) => binding.armPanic(point));
  await hit();
  if (result === 'everybody') {
    await everybodyFails();
  } else {
    const { victims, events = FAILED } = result === 'nobody' ? { victims: [] } : result;
    for (const victim of victims) await fails(victim, events);
    if (others !== null) await answer(others);
    for (const socket of harmless) assert.deepEqual(told(socket), []);
    for (const [socket, told] of all) {
      if (!victims.includes(socket)) assert.ok(!told.includes('error EIO'));
    }
  }
  await answer(await echoes());
  await endAll();
  process.exitCode = EXIT_CODE;
}

async function fails(socket, events) {
  if (told(socket).length === 0) await once(socket, 'error').catch(() => {});
  // A server closes when its connections have.
  if (events.includes('close')) await closed(socket);
  assert.deepEqual(told(socket), events);
}

/** All that were open; those that had closed before keep their peace. */
async function everybodyFails() {
  for (const [socket, events] of all) {
    if (events[0] !== 'close') await fails(socket, FAILED);
  }
}

if (require.main === module) main(process.argv[2], process.argv[3] === 'bare');

module.exports = { EXIT_CODE };
