'use strict';

const test = require('ava');
const { root, runNode } = require('../helpers/children.js');

const program = `
  const { net } = require(${JSON.stringify(root)});
  const fs = require('node:fs');
  const { once } = require('node:events');
  const { setImmediate: turn } = require('node:timers/promises');
  async function main() {
    const server = net.createServer((c) => c.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cycle = async () => {
      const client = net.connect(server.address().port, '127.0.0.1', () => client.end('x')).resume();
      await once(client, 'close');
    };
    async function cycles(count) {
      for (let i = 0; i < count; i += 20) await Promise.all(Array.from({ length: 20 }, cycle));
      while ((await new Promise((resolve) => server.getConnections((e, n) => resolve(n)))) > 0) await turn();
      await turn();
      gc();
    }
    const measure = () => ({ fds: fs.readdirSync('/proc/self/fd').length, heap: process.memoryUsage().heapUsed });
    await cycles(2000);
    const before = measure();
    await cycles(10000);
    const after = measure();
    server.close();
    console.log(JSON.stringify({ fds: after.fds - before.fds, heapPerCycle: (after.heap - before.heap) / 10000 }));
  }
  main();
`;

const hasProc = require('node:fs').existsSync('/proc/self/fd');

(hasProc ? test : test.skip)('10,000 connections leave descriptors and heap as they were', async (t) => {
  t.timeout(60_000);
  const { code, stdout, stderr } = await runNode(['--expose-gc', '-e', program], { timeout: 60_000 });
  t.is(stderr, '');
  t.is(code, 0);
  const { fds, heapPerCycle } = JSON.parse(stdout);
  t.is(fds, 0);
  t.true(heapPerCycle < 40, `${heapPerCycle} bytes of heap kept per connection`);
});
