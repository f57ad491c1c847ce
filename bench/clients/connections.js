'use strict';
// Connections themselves: how fast they come and go, and many that do nothing.

const { once } = require('node:events');
const { net } = require('../..');
const { print, Rate } = require('./report.js');
const { connectAll, HOST } = require('./tcp.js');

/**
 * Addresses of the loopback network that connections come from by turns: a port of one that was used a moment ago cannot
 * be used again (TIME-WAIT), and one address has 28,000 (Linux) or 16,000 (Windows).
 */
const SOURCES = 200;

/** Connections that end at once, some at a time; one counts when the program has ended it too. */
function comeAndGo({ port, connections, seconds }) {
  const rate = new Rate(seconds);
  let [made, open] = [0, connections];
  return new Promise((resolve) => {
    const visit = () => {
      const localAddress = `127.0.1.${1 + (made++ % SOURCES)}`;
      net.connect({ port, host: HOST, localAddress }).on('close', onClose).resume().end();
    };
    const onClose = () => {
      if (rate.add(1)) visit();
      else if (--open === 0) resolve(rate.report());
    };
    for (let i = 0; i < connections; i++) visit();
  });
}

/** Opens connections, says so, and holds them until standard input ends. */
async function hold(options) {
  const { length: connected } = await connectAll(options);
  print({ connected });
  await once(process.stdin.resume(), 'end');
  return { connections: connected };
}

module.exports = { comeAndGo, hold };
