'use strict';
// Sends back what it reads, in worker threads that share a port: <implementation> <workers>

const { once } = require('node:events');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { ignoreResets, net, rest, serve } = require('./program.js');

function listen(port) {
  const server = net.createServer({ noDelay: true }, (socket) => {
    ignoreResets(socket);
    socket.on('data', (data) => socket.write(data));
  });
  server.listen({ port, host: '127.0.0.1', reusePort: true }, () =>
    parentPort.postMessage(server.address().port),
  );
}

async function start(count) {
  let port = 0;
  for (let i = 0; i < count; i++) {
    const worker = new Worker(__filename, { argv: process.argv.slice(2), workerData: port });
    [port] = await once(worker, 'message');
  }
  serve(port);
}

if (isMainThread) start(Number(rest[0]));
else listen(workerData);
