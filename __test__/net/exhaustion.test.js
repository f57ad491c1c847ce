'use strict';
// No descriptor is left (Linux and macOS: `ulimit -n`): errors as the built-in's, no busy loop, and recovery.

const test = require('ava');
const { tmpdir } = require('node:os');
const { register, runNode } = require('../helpers/children.js');

/** Runs a program that may have few descriptors, on ferronet or on `builtin`. */
function runLimited(source, { builtin = false } = {}) {
  const node = [process.execPath, ...(builtin ? [] : ['-r', register]), '-e', source];
  return runNode(['-c', 'ulimit -n 60; exec "$@"', 'sh', ...node], { node: 'sh', cwd: tmpdir() });
}

const limited = process.platform === 'win32' ? test.skip : test;

limited(
  'a server without descriptors sends waiting clients away, stays idle and accepts again',
  async (t) => {
    const source = `
    const net = require('net');
    const fs = require('fs');
    const accepted = [];
    const server = net.createServer((socket) => accepted.push(socket.on('error', () => {})));
    server.on('error', (error) => console.log(error.message));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const client = net.connect(port, '127.0.0.1', () => {
        // The last descriptor is for the client that is to be sent away.
        const files = [];
        try { for (;;) files.push(fs.openSync('/dev/null')); } catch { fs.closeSync(files.pop()); }
        const refused = net.connect(port, '127.0.0.1').resume().on('error', () => {});
        refused.on('close', () => {
          console.log('sent away', accepted.length);
          for (const file of files) fs.closeSync(file);
          const idle = process.cpuUsage();
          setTimeout(() => {
            const { user, system } = process.cpuUsage(idle);
            console.log(user + system < 100_000 ? 'idle' : 'busy');
            server.on('connection', () => { console.log('accepted again'); process.exit(); });
            net.connect(port, '127.0.0.1');
          }, 200);
        });
      });
    });`;
    const expected = await runLimited(source, { builtin: true });
    t.deepEqual(await runLimited(source), expected);
    t.like(expected, { code: 0, stdout: 'sent away 1\nidle\naccepted again\n', stderr: '' });
  },
);

limited('the first socket of a program fails as the built-in, and the next one works', async (t) => {
  const source = `
    const net = require('net');
    const dgram = require('dgram');
    const fs = require('fs');
    const files = [];
    try { for (;;) files.push(fs.openSync('/dev/null')); } catch {}
    const say = (name) => (error) => console.log(name, error?.message);
    net.connect(1, '127.0.0.1').on('error', say('connect'));
    net.createServer().on('error', say('listen')).listen(0, '127.0.0.1');
    dgram.createSocket('udp4').on('error', say('bind')).bind(0, '127.0.0.1');
    setTimeout(() => {
      for (const file of files) fs.closeSync(file);
      const server = net.createServer((socket) => { socket.end('welcome'); server.close(); });
      server.listen(0, '127.0.0.1', () => {
        net.connect(server.address().port, '127.0.0.1').on('data', (data) => console.log(String(data)));
      });
    }, 100);`;
  const expected = await runLimited(source, { builtin: true });
  const actual = await runLimited(source);
  // A literal host is bound at once, so its error comes sooner (docs/differences.md).
  const sorted = ({ stdout }) => stdout.split('\n').sort();
  t.deepEqual(sorted(actual), sorted(expected));
  t.like(actual, { code: 0, stderr: '' });
  t.is(expected.stdout.match(/EMFILE/g)?.length, 3);
  t.regex(expected.stdout, /welcome/);
});
