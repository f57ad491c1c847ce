'use strict';
// A process ends when the built-in's would, and not before.

const test = require('ava');
const { runProgram } = require('../helpers/children.js');

/** After this long a program that is still there says so and ends. */
const STILL_THERE = `setTimeout(() => { console.log('still there'); process.exit(3); }, 2000).unref();`;

const programs = {
  'a listening server keeps the process alive': `
    require('net').createServer().listen(0, '127.0.0.1');`,
  'an unreferenced server does not': `
    require('net').createServer().listen(0, '127.0.0.1').unref();`,
  'a server referenced again does': `
    require('net').createServer().listen(0, '127.0.0.1').unref().ref();`,
  'a server unreferenced before it listens does not': `
    const s = require('net').createServer(); s.unref(); s.listen(0, '127.0.0.1');`,
  'a closed server does not': `
    const s = require('net').createServer().listen(0, '127.0.0.1', () => s.close(() => console.log('closed')));`,
  'an open connection does, although its server is closed': `
    const net = require('net');
    const s = net.createServer().listen(0, '127.0.0.1', () => net.connect(s.address().port, '127.0.0.1', () => s.close()));`,
  'unreferenced ends of a connection do not': `
    const net = require('net');
    const s = net.createServer((c) => c.unref()).listen(0, '127.0.0.1', () => {
      const c = net.connect(s.address().port, '127.0.0.1', () => { c.unref(); s.close(); });
    });`,
  'a write that waits for room does, although both ends are unreferenced': `
    const net = require('net');
    const s = net.createServer((c) => c.unref().pause()).listen(0, '127.0.0.1', () => {
      const c = net.connect(s.address().port, '127.0.0.1', () => { c.unref(); s.close(); c.write(Buffer.alloc(1 << 24)); });
    });`,
  'an attempt to connect does, although the socket is unreferenced': `
    const net = require('net');
    const { Worker } = require('worker_threads');
    // A listener that takes none completes one connection more than its backlog; further attempts wait.
    const worker = new Worker(\`
      const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        require('worker_threads').parentPort.postMessage(s.address().port);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });\`, { eval: true });
    worker.once('message', (port) => {
      worker.unref();
      for (let i = 0; i < 4; i++) net.connect(port, '127.0.0.1').unref();
    });`,
  'a socket that was never connected does not': `
    const net = require('net'); new net.Socket(); net.Socket().setTimeout(100);`,
  'a connection that ends lets the process end': `
    const net = require('net');
    const s = net.createServer((c) => c.end('bye')).listen(0, '127.0.0.1', () => {
      net.connect(s.address().port, '127.0.0.1').on('data', (d) => { console.log(String(d)); s.close(); });
    });`,
  'an idle timeout does not': `
    const net = require('net');
    const s = net.createServer((c) => c.unref()).listen(0, '127.0.0.1', () => {
      const c = net.connect(s.address().port, '127.0.0.1', () => { c.setTimeout(60000); c.unref(); s.close(); });
    });`,
  'a refused connection ends with its error': `
    const net = require('net');
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => net.connect(port, '127.0.0.1').on('error', (e) => console.log(e.code)));
    });`,
  'a bound UDP socket keeps the process alive': `
    require('dgram').createSocket('udp4').bind(0, '127.0.0.1');`,
  'an unreferenced UDP socket does not': `
    const u = require('dgram').createSocket('udp4'); u.bind(0, '127.0.0.1', () => u.unref());`,
  'a UDP socket that was never bound does not': `
    require('dgram').createSocket('udp4');`,
  'a UDP socket that sent keeps the process alive until it is closed': `
    const u = require('dgram').createSocket('udp4');
    u.send('x', 9, '127.0.0.1', (e) => { console.log(e); u.close(() => console.log('closed')); });`,
  'what was written just before process.exit() arrives': `
    const net = require('net');
    const { spawn } = require('child_process');
    const flags = process.execArgv.slice(0, process.execArgv.indexOf('-e'));
    const s = net.createServer((c) => c.on('data', (d) => { console.log(String(d)); s.close(); }));
    s.listen(0, '127.0.0.1', () => {
      const text = "const c = require('net').connect(" + s.address().port
        + ", '127.0.0.1', () => { c.write('last words'); process.exit(); });";
      spawn(process.execPath, [...flags, '-e', text], { stdio: 'inherit' });
    });`,
};

for (const [name, source] of Object.entries(programs)) {
  test(name, async (t) => {
    const [expected, actual] = await Promise.all([
      runProgram(STILL_THERE + source, { builtin: true }),
      runProgram(STILL_THERE + source),
    ]);
    t.deepEqual(actual, expected);
    t.is(actual.stderr, '');
  });
}
