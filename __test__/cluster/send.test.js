'use strict';
// Sockets and servers in messages between processes: the same program on the built-ins, on ferronet's modules and with
// ferronet registered.

const path = require('node:path');
const test = require('ava');
const { register, runNode } = require('../helpers/children.js');

const program = path.join(__dirname, 'send-program.js');

async function run(implementation, scenario) {
  const flags = implementation === 'register' ? ['-r', register] : [];
  const { code, signal, stdout, stderr } = await runNode([...flags, program, implementation, scenario]);
  const seen = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, signal, stderr, seen };
}

const promises = {
  socketToChild: 'a connection goes to a child, and leaves the parent',
  socketToParent: 'a connection goes from a child to its parent',
  keepOpen: 'a connection that is kept open belongs to both',
  many: 'fifty connections, sent as they come',
  counted: 'the server counts what it gave away, and closes after it',
  twice: 'sent twice, a socket arrives once',
  writing: 'what a socket was still writing when it was sent fails',
  server: 'a listening server goes to a child, and stays in the parent',
  serverNotListening: 'a server that does not listen is no more than its message',
  datagrams: 'a UDP socket goes to a child, and the parent closes its own',
  refused: 'what cannot be sent, and a channel that is closed, leave the socket as it is',
  // Counted in /proc.
  ...(process.platform === 'linux' && { descriptors: 'no descriptor is left behind' }),
  stdio: 'a connection is the standard input and output of a child',
};

for (const [scenario, promise] of Object.entries(promises)) {
  test.serial(promise, async (t) => {
    t.timeout(60_000);
    const expected = await run('builtin', scenario);
    t.is(expected.code, 0, expected.stderr);
    t.true(expected.seen.length > 1);
    t.deepEqual(await run('ferronet', scenario), expected);
    t.deepEqual(await run('register', scenario), expected);
  });
}
