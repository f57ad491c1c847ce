'use strict';
// Says how it was started: the command must start it as node does, and workers and forked children as itself.

const { fork } = require('node:child_process');
const net = require('node:net');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const ferronet = require('../../../index.js');

const isSwapped = () => net.Socket === ferronet.net.Socket;

if (!isMainThread) {
  parentPort.postMessage(isSwapped());
} else if (process.send) {
  process.send(isSwapped());
  process.disconnect();
} else {
  const [, script, ...rest] = process.argv;
  console.log(JSON.stringify({ main: require.main === module, script: script === __filename, rest }));
  new Worker(__filename).once('message', (worker) => {
    const child = fork(__filename);
    child.once('message', (forked) => console.log(JSON.stringify({ swapped: isSwapped(), worker, forked })));
    child.once('exit', () => {
      process.exitCode = 7;
    });
  });
}
