'use strict';
// Texts of programs that are in the middle of TCP and UDP work.

const { root } = require('../helpers/children.js');

/** The modules under their names: the running Node's own, or ferronet's. */
const modules = (builtin) =>
  builtin
    ? `const net = require('node:net'), dgram = require('node:dgram');`
    : `const { net, dgram } = require(${JSON.stringify(root)});`;

/** Echoes over TCP and UDP without end, and calls `done()` after `LIMIT` events. */
const busy = (builtin = false) => `
  ${modules(builtin)}
  const quiet = (socket) => socket.on('error', () => {});
  const server = net.createServer((c) => quiet(c).pipe(c)).listen(0, '127.0.0.1', () => {
    for (let i = 0; i < 8; i++) {
      const client = quiet(net.connect(server.address().port, '127.0.0.1'));
      client.on('data', (data) => { client.write(data); busy(); });
      client.write('x'.repeat(1000));
    }
  });
  const udp = quiet(dgram.createSocket('udp4'));
  udp.bind(0, '127.0.0.1', () => udp.send('x', udp.address().port, '127.0.0.1'));
  udp.on('message', (m) => { udp.send(m, udp.address().port, '127.0.0.1'); busy(); });
  let events = 0;
  function busy() { if (++events === LIMIT) done(); }
`;

/** A program of three workers, each busy; `ending` defines `done`, `main` runs in the main thread. */
const workers = (main, ending, builtin = false) => `
  const { Worker, isMainThread, parentPort } = require('node:worker_threads');
  ${main}
  const source = ${JSON.stringify(`
    const { parentPort } = require('node:worker_threads');
    const LIMIT = 200;
    ${busy(builtin)}
    ${ending}
  `)};
  let left = 3;
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(source, { eval: true });
    worker.on('message', () => worker.terminate());
    worker.on('error', (error) => console.log(error.message));
    worker.on('exit', () => { if (--left === 0) console.log('all ended'); });
  }
`;

module.exports = { busy, modules, workers };
