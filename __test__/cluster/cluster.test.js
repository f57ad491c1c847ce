'use strict';
// Servers and sockets in workers of node:cluster: the same program on the built-ins, on ferronet's modules in the workers,
// and with ferronet registered in all processes; and what its primary saw of it.

const path = require('node:path');
const test = require('ava');
const { register, runNode } = require('../helpers/children.js');

const program = path.join(__dirname, 'program.js');

async function run(implementation, scenario) {
  const flags = implementation === 'register' ? ['-r', register] : [];
  const { code, signal, stdout, stderr } = await runNode([...flags, program, implementation, scenario]);
  const seen = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, signal, stderr: stderr.split('\n').filter((line) => /Error/.test(line)), seen };
}

const promises = {
  roundRobin: 'round robin: both workers answer, the port is one, disconnect ends them',
  roundRobinAnywhere: 'round robin without a host',
  shared: 'a shared handle: every connection is answered by one of the workers',
  sharedIPv6: 'a shared handle on IPv6',
  lifeAnywhere: 'a server without host: listening, address, close',
  lifeByName: 'a server on a host name',
  lifeSharedByName: 'a server on a host name, by a shared handle',
  lifeExclusive: 'a server that is exclusive listens by itself',
  connections: 'a connection from the primary has addresses, options, its server, and is counted',
  secured: 'a tls server answers connections from the primary',
  securedShared: 'a tls server on a shared handle',
  unreferenced: 'an unreferenced server lets its worker end',
  taken: 'an address in use, and a path that is a folder, are the error of listen',
  unixPath: 'a unix path is shared, has its mode, and goes with the last worker',
  killed: 'a worker that is killed takes its connections along, not the listening socket',
  maxConnections: 'maxConnections: what one worker refuses another takes',
  closedBeforeAnswer: 'closed before the primary has answered',
  handedOver: "a listening handle of the primary's as a message",
  datagrams: 'datagrams are shared, and none is lost when a worker closes',
  datagramErrors: 'an address in use is the error of bind, which may be tried again',
  datagramsExclusive: 'exclusive sockets have ports of their own',
};

for (const [scenario, promise] of Object.entries(promises)) {
  test.serial(promise, async (t) => {
    t.timeout(90_000);
    const expected = await run('builtin', scenario);
    t.is(expected.code, 0, `the built-in: ${expected.stderr}`);
    t.true(expected.seen.length > 0);
    t.deepEqual(await run('ferronet', scenario), expected);
    t.deepEqual(await run('register', scenario), expected);
  });
}
