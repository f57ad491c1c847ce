'use strict';
// process.exit() right after a write: what the built-in would have delivered, ferronet has delivered too.

const test = require('ava');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { runProgram } = require('../helpers/children.js');

/** The kernel takes these at once; the last is more than it takes, and its share varies a little with its timing. */
const SIZES = [10, 65_536, 8 << 20];
const TOO_MUCH = SIZES.at(-1);

/** How the program writes its size in bytes to `stream`. */
const WAYS = {
  'one write': 'stream.write(Buffer.alloc(size, 120));',
  'a string': "stream.write('x'.repeat(size));",
  'many writes': 'for (let i = 0; i < 10; i++) stream.write(Buffer.alloc(Math.ceil(size / 10), 120));',
  'corked writes':
    'stream.cork(); for (let i = 0; i < 10; i++) stream.write(Buffer.alloc(Math.ceil(size / 10), 120)); stream.uncork();',
  'an end': 'stream.end(Buffer.alloc(size, 120));',
};

/** What a program sends to a listener that reads nothing until the program has ended. */
async function delivered(address, source, builtin) {
  const server = net.createServer({ pauseOnConnect: true }).listen(address);
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const to = address.path ?? server.address().port;
  const { code, stderr } = await runProgram(source, { builtin, env: { TO: String(to) }, cwd: os.tmpdir() });
  const [socket] = await accepted;
  server.close();
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length));
  // What a program leaves unread answers its end with a reset; here there is none, but a system may differ.
  socket.on('error', () => {});
  await once(socket.resume(), 'close');
  return { code, stderr, bytes };
}

function asMuch(t, size, expected, actual) {
  t.deepEqual([expected.code, expected.stderr], [7, '']);
  t.deepEqual([actual.code, actual.stderr], [7, '']);
  if (size < TOO_MUCH) t.is(actual.bytes, expected.bytes);
  else t.true(actual.bytes > 0.9 * expected.bytes, `built-in ${expected.bytes}, ferronet ${actual.bytes}`);
  t.true(expected.bytes >= Math.min(size, 65_536));
}

for (const [kind, address] of Object.entries({
  'a TCP socket': () => ({ host: '127.0.0.1', port: 0 }),
  'a unix socket': (folder) => ({ path: path.join(folder, 'socket') }),
})) {
  for (const [way, write] of Object.entries(WAYS)) {
    test.serial(`to ${kind}: ${way}`, async (t) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-last-words-'));
      t.teardown(() => fs.rmSync(folder, { recursive: true }));
      for (const size of SIZES) {
        const source = `const stream = require('net').connect(process.env.TO);
          const size = ${size};
          stream.on('connect', () => { ${write} process.exit(7); });`;
        const expected = await delivered(address(folder), source, true);
        const actual = await delivered(address(folder), source, false);
        asMuch(t, size, expected, actual);
      }
    });
  }
}

test.serial('to an HTTP client', async (t) => {
  const source = `const http = require('http');
    const server = http.createServer((request, response) => {
      response.end('last words');
      process.exit(7);
    });
    server.listen(0, '127.0.0.1', () => {
      const client = require('net').connect(process.env.TO);
      const incoming = require('net').connect(server.address().port, '127.0.0.1');
      incoming.pipe(client);
      client.on('connect', () => incoming.write('GET / HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n'));
      process.on('exit', () => {
        // What the kernel has of the answer, as a client in another process would get it.
        const bytes = require('fs').readSync(incoming._handle.fd, Buffer.alloc(1000));
        require('fs').writeSync(client._handle.fd, Buffer.alloc(bytes));
      });
    });`;
  const at = { host: '127.0.0.1', port: 0 };
  const expected = await delivered(at, source, true);
  asMuch(t, 10, expected, await delivered(at, source, false));
});

for (const size of SIZES.filter((each) => each < TOO_MUCH)) {
  test.serial(`to standard output and standard error, which are pipes: ${size} bytes`, async (t) => {
    const source = `for (const stream of [process.stdout, process.stderr]) stream.write('x'.repeat(${size}));
      process.exit(7);`;
    const expected = await runProgram(source, { builtin: true });
    t.deepEqual(await runProgram(source), expected);
    t.is(expected.stdout.length, size);
  });

  test.serial(`to a child's standard input: ${size} bytes`, async (t) => {
    // The child outlives the program and says what it got.
    const source = `const child = require('child_process').spawn(process.execPath, ['-e', \`
        let bytes = 0;
        process.stdin.on('data', (chunk) => (bytes += chunk.length));
        process.stdin.on('close', () => console.log(bytes));
      \`], { stdio: ['pipe', 'inherit', 'inherit'] });
      child.on('spawn', () => { child.stdin.write(Buffer.alloc(${size})); process.exit(7); });`;
    const expected = await runProgram(source, { builtin: true });
    t.deepEqual(await runProgram(source), expected);
    t.is(expected.stdout, `${size}\n`);
  });
}
