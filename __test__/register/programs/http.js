'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { ended, listen, run, say, textOf, watch } = require('./support.js');

/** A server whose answers have no date. */
function createServer(...args) {
  const server = http.createServer(...args);
  server.on('request', (_request, response) => (response.sendDate = false));
  server.prependListener('request', (_request, response) => (response.sendDate = false));
  return server;
}

/** Sends a request and resolves with the response, or with the error. */
function ask(options, body) {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', ...options }, resolve);
    request.on('error', resolve);
    request.end(body);
  });
}

async function close(server) {
  server.close();
  await ended(server, 'close');
}

/** What a peer sees that writes text and reads to the end. */
async function speak(port, text) {
  const socket = net.connect(port, '127.0.0.1');
  socket.write(text);
  return textOf(socket);
}

const hash = (data) => crypto.createHash('sha256').update(data).digest('hex');

async function keepAlive() {
  const server = createServer((request, response) => response.end(`${request.method} ${request.url}`));
  server.on('connection', () => say('server', 'connection'));
  const port = await listen(server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const url of ['/a', '/b', '/c']) {
    const response = await ask({ port, agent, path: url });
    const { reusedSocket } = response.req;
    say('client', response.statusCode, response.headers, await textOf(response), reusedSocket);
  }
  const together = await Promise.all(['/d', '/e'].map((url) => ask({ port, agent, path: url }).then(textOf)));
  say('client', together);
  agent.destroy();
  await close(server);
}

async function pipelining() {
  const server = createServer((request, response) => {
    // The first is answered last, and yet comes first.
    setTimeout(() => response.end(request.url), request.url === '/1' ? 30 : 0);
  });
  const port = await listen(server);
  const requests = ['/1', '/2', '/3'].map((url) => `GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`);
  requests.push('GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  say('client', await speak(port, requests.join('')));
  await close(server);
}

async function chunked() {
  const server = createServer(async (request, response) => {
    response.setHeader('Trailer', 'X-Hash');
    const digest = crypto.createHash('sha256');
    for await (const chunk of request) {
      digest.update(chunk);
      if (!response.write(chunk)) await ended(response, 'drain');
    }
    response.addTrailers({ 'X-Hash': digest.digest('hex') });
    response.end();
    say('server', request.headers['transfer-encoding'], request.trailers);
  });
  const port = await listen(server);
  const parts = Array.from({ length: 64 }, (_, i) => Buffer.alloc(16_384 + i, i));
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false });
  request.setHeader('Trailer', 'X-End');
  for (const part of parts) if (!request.write(part)) await ended(request, 'drain');
  request.addTrailers({ 'X-End': 'yes' });
  request.end();
  const response = await ended(request, 'response');
  const chunks = await response.toArray();
  say('client', hash(Buffer.concat(chunks)), hash(Buffer.concat(parts)), response.trailers);
  await close(server);
}

async function upgrade() {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    say('server', request.headers.upgrade, head.toString(), socket instanceof net.Socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst');
    socket.pipe(socket);
  });
  const port = await listen(server);
  const request = http.get({ port, host: '127.0.0.1', headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
  const [response, socket, head] = await new Promise((resolve) => {
    request.on('upgrade', (...args) => resolve(args));
  });
  say('client', response.statusCode, response.headers.upgrade);
  socket.unshift(head);
  socket.end('second');
  say('client', await textOf(socket));
  await close(server);
}

async function tunnel() {
  const target = net.createServer((socket) => socket.end('through'));
  const targetPort = await listen(target);
  const proxy = createServer();
  proxy.on('connect', (request, client, head) => {
    say('proxy', head.length);
    const [host, port] = request.url.split(':');
    const server = net.connect(port, host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.write(head);
      server.pipe(client).pipe(server);
    });
  });
  const port = await listen(proxy);
  const request = http.request({
    port,
    host: '127.0.0.1',
    method: 'CONNECT',
    path: `127.0.0.1:${targetPort}`,
  });
  request.end();
  const [response, socket, head] = await new Promise((resolve) => {
    request.on('connect', (...args) => resolve(args));
  });
  socket.unshift(head);
  say('client', response.statusCode, await textOf(socket));
  await Promise.all([close(proxy), close(target)]);
}

async function interim() {
  const server = createServer();
  server.on('checkContinue', (request, response) => {
    say('server', request.headers.expect);
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeContinue();
    request.pipe(response);
  });
  const port = await listen(server);
  const request = http.request({
    port,
    host: '127.0.0.1',
    method: 'PUT',
    headers: { Expect: '100-continue' },
  });
  watch('client', request, ['continue']);
  request.on('information', ({ statusCode, headers }) => say('client', statusCode, headers));
  request.on('continue', () => request.end('after the consent'));
  request.flushHeaders();
  const response = await ended(request, 'response');
  say('client', response.statusCode, await textOf(response));
  await close(server);
}

async function timeouts() {
  const server = createServer({ connectionsCheckingInterval: 20, requestTimeout: 60, headersTimeout: 60 });
  server.keepAliveTimeout = 50;
  server.on('request', (_request, response) => response.end('in time'));
  const port = await listen(server);
  // Headers that never end.
  say('slow headers', await speak(port, 'GET / HTTP/1.1\r\nHost'));
  // A connection that is kept too long.
  say('idle', await speak(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  const patient = createServer(() => {});
  const request = http.get({ port: await listen(patient), host: '127.0.0.1', timeout: 40 });
  watch('client', request, ['timeout', 'error', 'close']);
  request.on('timeout', () => request.destroy());
  await ended(request, 'close');
  const socketTimeout = createServer(() => {});
  socketTimeout.setTimeout(40, (socket) => {
    say('server', 'timeout');
    socket.destroy();
  });
  say('client', await ask({ port: await listen(socketTimeout) }));
  await Promise.all([server, patient, socketTimeout].map(close));
}

async function aborts() {
  const server = createServer((request, response) => {
    if (request.url === '/upload') {
      watch('server', request, ['aborted', 'error', 'close']);
      request.once('data', () => response.write('go on'));
      return;
    }
    response.writeHead(200, { 'Content-Length': 1000 });
    response.write('a part', () => request.socket.destroy());
  });
  const port = await listen(server);
  const upload = http.request({ port, host: '127.0.0.1', path: '/upload', method: 'POST' });
  watch('upload', upload, ['error', 'close']);
  upload.write('a part');
  const response = await ended(upload, 'response');
  watch('upload response', response, ['aborted', 'error', 'close']);
  upload.destroy();
  await ended(response, 'close');
  const cut = await ask({ port, path: '/download' });
  watch('download', cut, ['data', 'aborted', 'error', 'end', 'close'], (arg) => [
    Buffer.isBuffer(arg) ? `${arg}` : (arg ?? ''),
  ]);
  await ended(cut, 'close');
  await close(server);
}

async function failures() {
  const server = createServer();
  server.on('clientError', ({ code }, socket) => {
    say('server', code, socket.writable);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const port = await listen(server);
  say('malformed', await speak(port, 'nonsense\r\n\r\n'));
  await close(server);
  say('refused', await ask({ port }));
  const reset = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  say('reset', await ask({ port: await listen(reset), agent: false }));
  const silent = net.createServer((socket) => socket.once('data', () => socket.destroy()));
  say('hung up', await ask({ port: await listen(silent), agent: false }));
  const nonsense = net.createServer((socket) => socket.end('nonsense\r\n\r\n'));
  const { code } = await ask({ port: await listen(nonsense), agent: false });
  say('nonsense', code);
  const lookup = (_host, _options, callback) =>
    callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
  say('unknown', await ask({ host: 'nowhere.invalid', port: 80, lookup }));
  await Promise.all([reset, silent, nonsense].map(close));
}

async function closing() {
  const server = createServer((request, response) => {
    if (request.url === '/busy') response.write('begun');
    else response.end('done');
  });
  const port = await listen(server);
  const agent = new http.Agent({ keepAlive: true });
  const idle = await ask({ port, agent });
  const idleSocket = idle.socket;
  say('idle', await textOf(idle));
  const busy = await ask({ port, agent: false, path: '/busy' });
  await ended(busy, 'readable');
  await new Promise((resolve) =>
    server.getConnections((_error, count) => resolve(say('server', 'connections', count))),
  );
  server.close(() => say('server', 'closed'));
  server.closeIdleConnections();
  await ended(idleSocket, 'close');
  watch('busy', busy, ['aborted', 'error', 'close']).resume();
  server.closeAllConnections();
  await Promise.all([ended(busy, 'close'), ended(server, 'close')]);
  say('server', server.listening, server.address());
  agent.destroy();
}

async function overPath() {
  const socketPath = path.join(tmpdir(), `ferronet-register-${process.pid}.sock`);
  const server = createServer((request, response) => response.end(`${request.socket.remoteAddress}`));
  await listen(server, socketPath);
  say('client', await textOf(await ask({ socketPath, agent: false })));
  await close(server);
}

async function viaFetch() {
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { Location: '/' }).end();
    else if (request.url === '/slow') response.write('begun');
    else request.pipe(response);
  });
  const port = await listen(server);
  const at = (url) => `http://127.0.0.1:${port}${url}`;
  const body = Buffer.alloc(300_000, 'f');
  const answer = await fetch(at('/'), { method: 'POST', body });
  say('fetch', answer.status, hash(Buffer.from(await answer.arrayBuffer())) === hash(body));
  const moved = await fetch(at('/moved'), { method: 'GET' });
  say('fetch', moved.redirected, await moved.text());
  const abort = new AbortController();
  const slow = await fetch(at('/slow'), { signal: abort.signal });
  abort.abort();
  say('fetch', await slow.text().catch(({ name }) => name));
  server.closeAllConnections();
  await close(server);
  const gone = net.createServer();
  const gonePort = await listen(gone);
  await close(gone);
  const { cause } = await fetch(`http://127.0.0.1:${gonePort}`).catch((error) => error);
  say('fetch', cause);
}

async function large() {
  const body = crypto.randomBytes(4 * 1024 * 1024);
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.end(Buffer.concat(chunks));
  });
  const port = await listen(server);
  const answer = await ask({ port, method: 'POST', agent: false }, body);
  const chunks = await answer.toArray();
  say('client', answer.headers['content-length'], hash(Buffer.concat(chunks)) === hash(body));
  const { bytesWritten, bytesRead } = answer.socket ?? {};
  say('client', bytesWritten > body.length, bytesRead > body.length);
  await close(server);
}

async function identity() {
  const server = createServer((request, response) => {
    const { socket } = request;
    say('server', socket instanceof net.Socket, socket.constructor === net.Socket, socket.server === server);
    say('server', socket.remoteAddress, socket.remotePort > 0, socket.localPort === server.address().port);
    response.end();
  });
  say('server', server instanceof net.Server, server instanceof http.Server);
  const port = await listen(server);
  const agent = new http.Agent();
  const socket = agent.createConnection({ port, host: '127.0.0.1' });
  say('agent', socket instanceof net.Socket, socket.constructor === net.Socket);
  socket.destroy();
  const response = await ask({ port, agent: false });
  say('client', response.socket instanceof net.Socket, response.socket.constructor === net.Socket);
  response.resume();
  await ended(response, 'end');
  await close(server);
}

run({
  aborts,
  chunked,
  closing,
  failures,
  identity,
  interim,
  keepAlive,
  large,
  overPath,
  pipelining,
  timeouts,
  tunnel,
  upgrade,
  viaFetch,
});
