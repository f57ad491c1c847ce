'use strict';
// An echo server on many cores: one worker thread per core, all on one port. The kernel spreads new connections
// over them (SO_REUSEPORT in socket(7); Linux, and systems that do the same).
//
//   node examples/echo-workers.js [port=4000] [host=127.0.0.1] [workers=one per core]
//
// Talk to it with echo-client.js. Port 0 takes a free one and prints it.

const { once } = require('node:events');
const os = require('node:os');
const { isMainThread, parentPort, threadId, Worker, workerData } = require('node:worker_threads');
const { net } = require('..');
const { fail, readArgs, show } = require('./args.js');

/** In a worker: serves, and tells the main thread where. */
function serve({ port, host }) {
  const server = net.createServer((socket) => {
    console.log(`Worker ${threadId} has ${show(socket.remoteAddress, socket.remotePort)}`);
    socket.on('error', (error) => console.log(`A client of worker ${threadId} failed: ${error.code}`));
    socket.pipe(socket);
  });
  // What is thrown here reaches the main thread as the worker's 'error'.
  server.listen({ port, host, reusePort: true }, () => parentPort.postMessage(server.address()));
}

/** In the main thread: starts the workers one by one, because all need the port that the first one got. */
async function main() {
  const { port, host, workers } = readArgs({
    port: 4000,
    host: '127.0.0.1',
    workers: os.availableParallelism(),
  });
  let at = { port };
  for (let started = 0; started < Number(workers); started++) {
    const worker = new Worker(__filename, { workerData: { port: at.port, host } });
    [at] = await once(worker, 'message');
  }
  console.log(`${workers} workers on ${show(at.address, at.port)}`);
}

if (isMainThread) main().catch(fail);
else serve(workerData);
