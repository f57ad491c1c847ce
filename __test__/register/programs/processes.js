'use strict';

const { execFile, fork, spawn, spawnSync } = require('node:child_process');
const dgram = require('node:dgram');
const http = require('node:http');
const net = require('node:net');
const tls = require('node:tls');
const { Worker } = require('node:worker_threads');
const { ended, identity, listen, run, say, textOf } = require('./support.js');

const BIG = 300_000;
/** Fits into what the kernel keeps for a pipe or a socket. */
const SMALL = 50_000;

/** This program in a process of its own, with another scenario and the same flags. */
const again = (scenario, options) =>
  spawn(process.execPath, [...process.execArgv, __filename, scenario], options);

async function pipes() {
  const child = spawn('cat');
  const { stdin, stdout } = child;
  say('pipes', stdin instanceof net.Socket, stdout instanceof net.Socket, stdout.readable, stdin.writable);
  stdin.end(Buffer.alloc(BIG, 'p'));
  say(
    'pipes',
    (await textOf(stdout)).length,
    ...(await new Promise((resolve) => child.on('close', (...args) => resolve(args)))),
  );
  const own = spawn('sh', ['-c', 'cat <&3; echo errors >&2'], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  });
  own.stdio[3].end();
  say('pipes', await textOf(own.stderr), own.stdio[3] instanceof net.Socket);
  const early = spawn('true');
  early.stdin.on('error', ({ code }) => say('early', code));
  await ended(early, 'exit');
  early.stdin.write(Buffer.alloc(BIG));
  await ended(early.stdin, 'close');
  const [error, out] = await new Promise((resolve) =>
    execFile('sh', ['-c', 'echo out; exit 3'], (...args) => resolve(args)),
  );
  say('execFile', error.code, out, spawnSync('echo', ['sync']).stdout.toString());
}

async function channel() {
  const child = fork(__filename, ['answerMessages']);
  const { send } = child;
  say('parent', typeof send, child.connected);
  child.send({ hello: 'x'.repeat(BIG) });
  say('parent', (await ended(child, 'message')).length);
  child.disconnect();
  say('parent', await ended(child, 'exit'));
}

async function answerMessages() {
  process.on('message', ({ hello }) => process.send({ length: hello.length }));
}

async function standardStreams() {
  for (const scenario of ['writeAndExit', 'copyInput']) {
    const child = again(scenario);
    // The first does not read.
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.alloc(BIG, 'i'));
    const text = await textOf(child.stdout);
    say(scenario, text.length, await textOf(child.stderr).then((lines) => lines.split('\n')[0]));
  }
}

async function writeAndExit() {
  const { stdout, stdin } = process;
  const kinds = [stdout, stdin].map((stream) => stream instanceof net.Socket);
  stdout.write(`${kinds}${'o'.repeat(SMALL)}`);
  process.exit();
}

async function copyInput() {
  process.stdin.pipe(process.stdout);
}

/** process.exit right after a write: what the kernel took at once arrives. */
async function exits() {
  const [server, secure] = [net.createServer(), tls.createServer(identity)];
  const received = [bytesOfNext(server, 'connection'), bytesOfNext(secure, 'secureConnection')];
  const ports = [await listen(server), await listen(secure)];
  for (const [index, scenario] of ['writeSocketAndExit', 'writeTlsAndExit'].entries()) {
    const child = again(scenario, { env: { ...process.env, PORT: ports[index] } });
    child.stdin.end();
    say(scenario, await ended(child, 'exit'));
  }
  say('received', await Promise.all(received));
  await Promise.all([server, secure].map((each) => ended(each.close(), 'close')));
}

/** What the server's next connection receives until it is closed, in bytes. */
async function bytesOfNext(server, event) {
  const socket = await ended(server, event);
  socket.on('error', () => {});
  let bytes = 0;
  socket.on('data', ({ length }) => (bytes += length));
  await ended(socket, 'close');
  return bytes;
}

async function writeSocketAndExit() {
  const socket = net.connect(Number(process.env.PORT), '127.0.0.1', () => {
    socket.write(Buffer.alloc(SMALL));
    socket.write('x');
    process.exit();
  });
}

async function writeTlsAndExit() {
  const to = { port: Number(process.env.PORT), host: '127.0.0.1', ca: identity.cert };
  // TLS 1.3 servers send tickets after the handshake; a client that leaves with them unread resets the connection, and
  // what the server has not read yet is lost.
  const socket = tls.connect({ ...to, maxVersion: 'TLSv1.2' }, () => {
    socket.write(Buffer.alloc(SMALL));
    process.exit();
  });
}

/** Workers do as their main thread. */
async function workers() {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:http').createServer((request, response) => response.end(request.url));
    server.listen(0, '127.0.0.1', async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port + '/worker');
      parentPort.postMessage(await answer.text());
      server.closeAllConnections();
      server.close();
    });`;
  const all = [1, 2].map(() => new Worker(code, { eval: true }));
  const messages = await Promise.all(all.map((worker) => ended(worker, 'message')));
  say('worker', messages);
}

/** A server in a forked child, and datagrams here. */
async function forks() {
  const child = fork(__filename, ['serve']);
  const port = await ended(child, 'message');
  const response = await ended(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
  say('parent', await textOf(response));
  child.disconnect();
  await ended(child, 'exit');
  const socket = dgram.createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.send('to myself', socket.address().port, '127.0.0.1');
  say('udp', `${await ended(socket, 'message')}`, socket instanceof dgram.Socket);
  socket.close();
}

async function serve() {
  const server = http.createServer((_request, response) => response.end('from a child'));
  process.send(await listen(server));
  process.on('disconnect', () => server.close());
}

run({
  answerMessages,
  channel,
  copyInput,
  exits,
  forks,
  pipes,
  serve,
  standardStreams,
  workers,
  writeAndExit,
  writeSocketAndExit,
  writeTlsAndExit,
});
