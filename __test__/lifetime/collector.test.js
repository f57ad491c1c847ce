'use strict';

const test = require('ava');
const { root, runNode } = require('../helpers/children.js');

/** 512 MiB go over a connection and are dropped; prints how many full collections of the heap that took. */
const program = `
  const { net } = require(${JSON.stringify(root)});
  const { once } = require('node:events');
  const { constants, PerformanceObserver } = require('node:perf_hooks');
  const { pipeline, Readable } = require('node:stream');
  let full = 0;
  const count = (entries) => {
    for (const { detail } of entries) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++;
  };
  const observer = new PerformanceObserver((list) => count(list.getEntries()));
  const block = Buffer.alloc(65536);
  function* blocks() {
    for (let i = 0; i < 8192; i++) yield block;
  }
  async function main() {
    let received = 0;
    const server = net.createServer((socket) => socket.on('data', (chunk) => { received += chunk.length; }));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const [[socket]] = await Promise.all([
      once(server, 'connection'),
      new Promise((resolve) => {
        const client = net.connect(server.address().port, '127.0.0.1', () => {
          observer.observe({ entryTypes: ['gc'] });
          pipeline(Readable.from(blocks()), client, resolve);
        });
      }),
    ]);
    if (!socket.closed) await once(socket, 'close');
    count(observer.takeRecords());
    server.close();
    console.log(JSON.stringify({ received, full }));
  }
  main();
`;

test('what a stream brought is freed without full collections', async (t) => {
  t.timeout(60_000);
  const { code, stdout, stderr } = await runNode(['-e', program], { timeout: 60_000 });
  t.is(stderr, '');
  t.is(code, 0);
  const { received, full } = JSON.parse(stdout);
  t.is(received, 8192 * 65536);
  // One every 64 MiB makes eight; V8 makes one or two of its own while the program starts.
  t.true(full <= 3, `${full} full collections`);
});
