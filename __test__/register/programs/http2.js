'use strict';

const crypto = require('node:crypto');
const http2 = require('node:http2');
const net = require('node:net');
const { ended, identity, listen, run, say, textOf, watch } = require('./support.js');

/** A server, its address, and a client's session with it; over TLS or in the clear. */
async function connected(secure, options = {}) {
  const server = secure ? http2.createSecureServer({ ...identity, ...options }) : http2.createServer(options);
  const port = await listen(server);
  const authority = `${secure ? 'https' : 'http'}://localhost:${port}`;
  const connect = () => http2.connect(authority, { ca: identity.cert });
  return { server, port, authority, connect };
}

async function close(server, ...sessions) {
  for (const session of sessions) session.close();
  server.close();
  await ended(server, 'close');
}

const request = async (session, headers, body) => {
  const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [answer, text] = await Promise.all([ended(stream, 'response'), textOf(stream)]);
  return { status: answer[':status'], text };
};

async function converse(secure) {
  const { server, port, connect } = await connected(secure);
  say('server', server instanceof net.Server);
  server.on('session', ({ encrypted, alpnProtocol }) => say('server', 'session', encrypted, alpnProtocol));
  server.on('stream', (stream, headers) => {
    const { socket } = stream.session;
    say('server', headers[':path'], socket.remoteAddress, socket.localPort === port, socket.remotePort > 0);
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  const session = watch('client', connect(), ['connect', 'error', 'close'], () => []);
  say('client', session.connecting, session.destroyed, session.encrypted);
  await ended(session, 'connect');
  say('client', session.connecting, session.encrypted, session.alpnProtocol, session.originSet?.length);
  say('client', session.socket.remotePort === port, session.socket.remoteAddress);
  say('client', await request(session, { ':method': 'POST', ':path': '/echo' }, 'a body'));
  const all = Array.from({ length: 20 }, (_, i) => request(session, { ':method': 'POST' }, `body ${i}`));
  say(
    'client',
    (await Promise.all(all)).map(({ text }) => text),
  );
  say(
    'client',
    await new Promise((resolve) =>
      session.ping(Buffer.alloc(8, 'p'), (_error, _ms, data) => resolve(`${data}`)),
    ),
  );
  const gone = ended(session, 'close');
  await close(server, session);
  await gone;
}

async function large(secure) {
  const body = crypto.randomBytes(3 * 1024 * 1024);
  const { server, connect } = await connected(secure);
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  const session = connect();
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.end(body);
  const chunks = await stream.toArray();
  say('client', Buffer.concat(chunks).equals(body));
  await close(server, session);
}

async function compat() {
  const server = http2.createSecureServer({ ...identity, allowHTTP1: true }, (request, response) => {
    say('server', request.httpVersion, request.socket.encrypted, request.socket.remoteAddress);
    response.end(`${request.method} ${request.url}`);
  });
  const port = await listen(server);
  const session = http2.connect(`https://localhost:${port}`, { ca: identity.cert });
  say('client', await request(session, { ':path': '/two' }));
  const https = require('node:https');
  const old = https.get({ port, host: 'localhost', path: '/one', ca: identity.cert, agent: false });
  say('client', await textOf(await ended(old, 'response')));
  await close(server, session);
}

async function endings(secure) {
  const { server, authority, connect } = await connected(secure);
  let raw;
  server.on('connection', (socket) => (raw = socket));
  server.on('stream', (stream, headers) => {
    stream.on('error', ({ code }) => say('server', code));
    stream.on('close', () => say('server', 'closed', stream.rstCode));
    if (headers[':path'] === '/destroy') stream.session.destroy();
    else if (headers[':path'] === '/cut') raw.resetAndDestroy();
    else stream.respond({ ':status': 200 });
  });
  for (const path of ['/destroy', '/cut']) {
    // A reset is found by reading or by writing, whichever comes first.
    const session = watch(path, connect(), ['error', 'close'], () => []);
    const stream = watch(`${path} stream`, session.request({ ':path': path }), ['error', 'close'], () => []);
    stream.resume();
    await ended(session, 'close');
  }
  const session = connect();
  const stream = watch(
    'cancelled',
    session.request({ ':path': '/open' }),
    ['aborted', 'error', 'close'],
    () => [],
  );
  await ended(stream, 'response');
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await ended(stream, 'close');
  await close(server, session);
  const refused = watch(
    'refused',
    http2.connect(authority),
    ['connect', 'error', 'close'],
    ({ code } = {}) => [code],
  );
  await ended(refused, 'close');
}

/** A session that is unreferenced does not keep the program alive. */
async function unref(secure) {
  const { server, connect } = await connected(secure);
  server.unref();
  server.on('session', (session) => session.unref());
  const session = connect();
  await ended(session, 'remoteSettings');
  session.unref();
  say('client', 'unreferenced');
}

/** An application gives the session a socket of its own. */
async function ownSocket() {
  const { server, port, authority } = await connected(false);
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.end('by a socket');
  });
  const socket = net.connect(port, '127.0.0.1');
  const session = http2.connect(authority, { createConnection: () => socket });
  say('client', await request(session, {}));
  session.setTimeout(20, () => {
    say('client', 'timeout');
    session.close();
  });
  await ended(session, 'close');
  await close(server);
}

run({
  compat,
  conversation: () => converse(false),
  'conversation over TLS': () => converse(true),
  endings: () => endings(false),
  'endings over TLS': () => endings(true),
  large: () => large(false),
  'large over TLS': () => large(true),
  ownSocket,
  unref: () => unref(false),
  'unref over TLS': () => unref(true),
});
