'use strict';

const crypto = require('node:crypto');
const { once } = require('node:events');
const https = require('node:https');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { Duplex } = require('node:stream');
const tls = require('node:tls');
const { ended, identity, listen, run, say, textOf, watch } = require('./support.js');

const host = '127.0.0.1';
const client = { host, ca: identity.cert };
const lifeEvents = ['connect', 'ready', 'secureConnect', 'end', 'timeout', 'error', 'close'];

async function close(server) {
  server.close();
  await ended(server, 'close');
}

/** Both ends of a connection say who they are. */
async function conversation() {
  const server = tls.createServer(identity, async (socket) => {
    say(
      'server',
      socket.encrypted,
      socket.authorized,
      socket.remoteAddress,
      socket.remoteFamily,
      socket.remotePort > 0,
    );
    say(
      'server',
      socket.localPort === server.address().port,
      socket.address().family,
      socket.server === server,
    );
    say('server', socket instanceof net.Socket, socket instanceof tls.TLSSocket, socket.constructor.name);
    const [data] = await once(socket, 'data');
    socket.end(`you said ${data}`);
  });
  server.on('connection', (socket) =>
    say('server', 'connection', socket instanceof net.Socket, socket.encrypted),
  );
  const port = await listen(server);
  const socket = tls.connect({ ...client, port, noDelay: true, keepAlive: true });
  say(
    'client',
    socket.connecting,
    socket.pending,
    socket.readyState,
    socket.secureConnecting,
    socket.remoteAddress,
  );
  watch('client', socket, [...lifeEvents, 'lookup', 'connectionAttempt'], (...args) =>
    args.filter((arg) => typeof arg === 'boolean'),
  );
  await ended(socket, 'secureConnect');
  say('client', socket.connecting, socket.pending, socket.readyState, socket.secureConnecting);
  say(
    'client',
    socket.authorized,
    socket.getPeerCertificate().subject,
    socket.getProtocol(),
    socket.getCipher().name,
  );
  say('client', socket.remoteAddress, socket.remotePort === port, socket.remoteFamily, socket.localAddress);
  say(
    'client',
    socket.localPort === socket.address().port,
    socket instanceof net.Socket,
    socket.allowHalfOpen,
  );
  for (const set of ['setNoDelay', 'setKeepAlive', 'ref', 'unref', 'ref'])
    say('client', set, socket[set]() === socket);
  socket.write('hello');
  say('client', await textOf(socket));
  say('client', socket.bytesRead, socket.bytesWritten, socket.destroyed);
  await close(server);
}

async function names() {
  const context = tls.createSecureContext(identity);
  const server = tls.createServer({
    ...identity,
    ALPNProtocols: ['two', 'one'],
    SNICallback(name, callback) {
      say('server', 'SNI', name);
      callback(null, context);
    },
  });
  server.on('secureConnection', (socket) => socket.end(`${socket.alpnProtocol} ${socket.servername}`));
  const port = await listen(server);
  const socket = tls.connect({
    ...client,
    port,
    host: 'localhost',
    servername: 'localhost',
    ALPNProtocols: ['one'],
  });
  say('client', await textOf(socket), socket.alpnProtocol, socket.servername);
  await close(server);
}

/** A connection turns to TLS after a few words, on both sides. */
async function startTls() {
  const server = net.createServer((socket) => {
    socket.once('data', (data) => {
      say('server', data.toString());
      const secure = new tls.TLSSocket(socket, { isServer: true, ...identity });
      secure.on('data', (text) => secure.end(`secured ${text}`));
      socket.write('go ahead');
    });
  });
  const port = await listen(server);
  const socket = net.connect(port, host);
  socket.write('STARTTLS');
  say('client', (await ended(socket, 'data')).toString());
  const secure = tls.connect({ ...client, socket, servername: 'localhost' });
  await ended(secure, 'secureConnect');
  say('client', secure.authorized, secure.remotePort === port, secure.localPort === socket.localPort);
  secure.write('words');
  say('client', await textOf(secure));
  await Promise.all([close(server), socket.destroyed || ended(socket, 'close')]);
  say('client', socket.destroyed, secure.destroyed);
}

/** A socket that is still connecting, a plain Duplex, and a TLSSocket that connects by itself. */
async function transports() {
  const server = tls.createServer(identity, (socket) => socket.end('welcome'));
  const port = await listen(server);
  const connecting = tls.connect({ ...client, socket: net.connect(port, host) });
  say('connecting', connecting.connecting, await textOf(connecting), connecting.authorized);
  const raw = net.connect(port, host);
  const duplex = Duplex.from({ readable: raw, writable: raw });
  say('duplex', await textOf(tls.connect({ ...client, socket: duplex })));
  const inside = tls.createServer(identity, (socket) => {
    const onward = net.connect(port, host);
    socket.pipe(onward).pipe(socket);
  });
  const outer = tls.connect({ ...client, port: await listen(inside) });
  say('tls in tls', await textOf(tls.connect({ ...client, socket: outer })));
  const own = new tls.TLSSocket();
  own.connect({ port, host });
  await ended(own, 'connect');
  say('own', own.remotePort === port, own.connecting);
  own.destroy();
  await Promise.all([close(server), close(inside)]);
}

async function failures() {
  const unused = net.createServer();
  const port = await listen(unused);
  await close(unused);
  const refused = watch('refused', tls.connect({ ...client, port }), lifeEvents);
  await ended(refused, 'close');
  say('refused', refused.connecting, refused.destroyed);

  const server = tls.createServer(identity, (socket) => {
    watch('server', socket, ['error', 'close']);
    socket.write('a word');
  });
  watch('server', server, ['tlsClientError'], ({ code }) => [code]);
  await listen(server);
  const at = { ...client, port: server.address().port };
  await ended(
    watch('untrusted', tls.connect({ ...at, ca: [] }), lifeEvents, ({ code } = {}) => [code]),
    'close',
  );

  const plain = net.createServer((socket) => socket.end('this is no TLS'));
  await listen(plain);
  const atPlain = tls.connect({ ...client, port: plain.address().port });
  await ended(
    watch('no TLS', atPlain, ['error', 'close'], (arg) => [arg.code ?? arg]),
    'close',
  );
  const hangsUp = net.createServer((socket) => socket.once('data', () => socket.destroy()));
  await listen(hangsUp);
  await ended(
    watch('hung up', tls.connect({ ...client, port: hangsUp.address().port }), ['error', 'close']),
    'close',
  );
  const resets = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await listen(resets);
  await ended(
    watch('reset', tls.connect({ ...client, port: resets.address().port }), ['error', 'close']),
    'close',
  );

  const raw = net.connect(server.address().port, host);
  raw.write('no TLS either');
  await ended(watch('raw', raw, ['close']).resume(), 'close');
  await Promise.all([server, plain, hangsUp, resets].map(close));
}

/** The peer's kernel says RST in the middle of an established connection. */
async function resetLater() {
  const sockets = [];
  const server = tls.createServer(identity, (socket) => {
    watch('server', socket, ['end', 'error', 'close']);
    socket.write('a word');
  });
  server.on('connection', (socket) => sockets.push(socket));
  const port = await listen(server);
  const socket = watch('client', tls.connect({ ...client, port }), ['end', 'error', 'close']);
  await ended(socket, 'data');
  sockets[0].resetAndDestroy();
  await ended(socket, 'close');
  const aborted = new AbortController();
  const given = watch(
    'aborted',
    tls.connect({ ...client, port, signal: aborted.signal }),
    lifeEvents,
    ({ name } = {}) => [name],
  );
  given.once('secureConnect', () => aborted.abort());
  await ended(given, 'close');
  await close(server);
}

async function halfOpen() {
  for (const allowHalfOpen of [false, true]) {
    const server = tls.createServer({ ...identity, allowHalfOpen }, (socket) => {
      say('server', socket.allowHalfOpen);
      watch(`server ${allowHalfOpen}`, socket.resume(), ['end', 'finish', 'error', 'close']);
      socket.on('end', () => setImmediate(() => socket.writable && socket.end('late')));
    });
    const port = await listen(server);
    const socket = tls.connect({ ...client, port, allowHalfOpen });
    watch(`client ${allowHalfOpen}`, socket, ['end', 'finish', 'error', 'close']);
    socket.end('early');
    say('client', await textOf(socket), socket.allowHalfOpen);
    await close(server);
  }
}

async function large() {
  const body = crypto.randomBytes(6 * 1024 * 1024);
  const server = tls.createServer(identity, (socket) => socket.pipe(socket));
  const port = await listen(server);
  const socket = tls.connect({ ...client, port });
  let waited = false;
  let offset = 0;
  const push = () => {
    while (offset < body.length) {
      const piece = body.subarray(offset, (offset += 100_000));
      if (socket.write(piece)) continue;
      waited = true;
      socket.once('drain', push);
      return;
    }
    socket.end();
  };
  push();
  const chunks = await socket.toArray();
  say('client', waited, Buffer.concat(chunks).equals(body));
  await close(server);
}

async function backPressure() {
  const server = tls.createServer(identity, (socket) => {
    const piece = Buffer.alloc(65_536);
    let written = 0;
    while (socket.write(piece)) written += piece.length;
    say('server', written < 1_000_000);
    socket.on('drain', () => socket.end());
  });
  const port = await listen(server);
  const socket = tls.connect({ ...client, port, onread: undefined });
  await ended(socket, 'secureConnect');
  let paused = 0;
  socket.on('data', () => {
    if (paused++ > 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), 20);
  });
  await ended(socket, 'end');
  say('client', paused > 0);
  await close(server);
}

async function idle() {
  const server = tls.createServer(identity, (socket) => {
    socket.setTimeout(40, () => {
      say('server', 'timeout');
      socket.end();
    });
  });
  const socket = tls.connect({ ...client, port: await listen(server), timeout: 20 });
  socket.once('timeout', () => say('client', 'timeout'));
  await ended(watch('client', socket, ['end', 'close']).resume(), 'close');
  // It never says hello.
  const strict = tls.createServer({ ...identity, handshakeTimeout: 40 });
  watch('strict', strict, ['tlsClientError'], ({ code }) => [code]);
  strict.on('tlsClientError', (_error, socket) => socket.destroy());
  const mute = net.connect(await listen(strict), host);
  await ended(watch('mute', mute, ['end', 'close']).resume(), 'close');
  await Promise.all([close(server), close(strict)]);
}

async function sessions() {
  const server = tls.createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => socket.end('x'));
  const port = await listen(server);
  const first = tls.connect({ ...client, port });
  const session = ended(first, 'session');
  await textOf(first);
  const second = tls.connect({ ...client, port, session: await session });
  second.on('secureConnect', () => say('client', second.isSessionReused()));
  await textOf(second);
  await close(server);
}

async function overPath() {
  const socketPath = path.join(tmpdir(), `ferronet-register-tls-${process.pid}.sock`);
  const server = tls.createServer(identity, (socket) => socket.end('by path'));
  await listen(server, socketPath);
  const socket = tls.connect({ path: socketPath, ca: identity.cert, servername: 'localhost' });
  say('client', await textOf(socket), socket.authorized);
  await close(server);
}

async function viaHttps() {
  const server = https.createServer(identity, (request, response) => {
    const { socket } = request;
    response.sendDate = false;
    say('server', socket.encrypted, socket.remoteAddress, request.url);
    request.pipe(response);
  });
  say('server', server instanceof net.Server, server instanceof tls.Server);
  const port = await listen(server);
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: identity.cert });
  for (const url of ['/a', '/b']) {
    const request = https.request({ port, host: 'localhost', path: url, method: 'POST', agent });
    request.end('body of '.repeat(10_000) + url);
    const response = await ended(request, 'response');
    const { authorized, alpnProtocol } = response.socket;
    const text = await textOf(response);
    say('client', response.statusCode, text.length, request.reusedSocket, authorized, alpnProtocol);
  }
  const untrusted = https.get({ port, host: 'localhost', agent: false });
  const { code } = await ended(untrusted, 'error');
  say('untrusted', code);
  agent.destroy();
  server.closeAllConnections();
  await close(server);
  say('refused', await ended(https.get({ port, host, agent: false }), 'error'));
}

run({
  backPressure,
  conversation,
  failures,
  halfOpen,
  idle,
  large,
  names,
  overPath,
  resetLater,
  sessions,
  startTls,
  transports,
  viaHttps,
});
