'use strict';
// Two ends of one connection for the tests of this folder, and what each of them saw.

const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** The arguments of the next emission, also when an error comes first (events.once would reject). */
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

async function listening(server, ...where) {
  server.listen(...(where.length > 0 ? where : [0, '127.0.0.1']));
  await once(server, 'listening');
  return server;
}

async function closed(server) {
  const end = next(server, 'close');
  server.close();
  await end;
}

const target = (server) => {
  const address = server.address();
  return typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
};

/** A server, a client that is connected to it, and the server's side of that connection. */
async function pair(net, { serverOptions = {}, clientOptions = {}, where = [] } = {}) {
  const server = await listening(net.createServer(serverOptions), ...where);
  const client = net.connect({ ...target(server), ...clientOptions });
  const [[peer]] = await Promise.all([next(server, 'connection'), next(client, 'connect')]);
  return { server, client, peer };
}

/** Gives `use` a connected pair, and leaves nothing of it behind. */
async function withPair(net, options, use) {
  const { server, client, peer } = await pair(net, options);
  try {
    await use({ server, client, peer });
  } finally {
    await allGone([client, peer]);
    if (server.listening) await closed(server);
  }
}

/** Destroys the socket if it is not yet, and waits for its end. */
async function gone(socket) {
  if (socket.closed) return;
  const end = next(socket, 'close');
  socket.on('error', () => {}).destroy();
  await end;
}

/** Each may be the reset of another, so all of them take errors from here on. */
async function allGone(sockets) {
  for (const socket of sockets) socket.on('error', () => {});
  for (const socket of sockets) await gone(socket);
}

/** Gives `use` a server, and leaves nothing of it behind. */
async function withServer(net, options, onConnection, use) {
  const server = await listening(net.createServer(options, onConnection));
  const sockets = [];
  server.on('connection', (socket) => sockets.push(socket));
  try {
    await use(server, target(server));
  } finally {
    await allGone(sockets);
    if (server.listening) await closed(server);
  }
}

const SOCKET_EVENTS = [
  'lookup',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connectionAttemptTimeout',
  'connect',
  'ready',
  'drain',
  'timeout',
  'end',
  'prefinish',
  'finish',
  'error',
  'close',
];

/**
 * The list of what an emitter emits, which grows. Bytes that follow each other are one entry: TCP does not keep the
 * borders of writes. 'data' is only listened to when asked for, because that makes a socket flow.
 */
function record(emitter, events = SOCKET_EVENTS) {
  const seen = [];
  for (const event of events) {
    emitter.on(event, (...args) => {
      const last = seen.at(-1);
      if (event === 'data' && last?.[0] === 'data') last[1] += String(args[0]);
      else seen.push([event, ...(event === 'data' ? [String(args[0])] : args)]);
    });
  }
  return seen;
}

const WITH_DATA = ['data', ...SOCKET_EVENTS];

/** All that a socket says until its end, as text. */
async function textOf(socket) {
  let text = '';
  socket.on('data', (data) => (text += data));
  await next(socket, 'close');
  return text;
}

/** Linux gives ports up to here to whoever asks for any (ip(7), ip_local_port_range). */
const LAST_EPHEMERAL = 60_999;
/** Far from where other processes of the tests begin. */
let candidate = LAST_EPHEMERAL + ((process.pid * 97) % 4_000);

/** A port that nobody listens on, and that nobody is given by chance while a test counts on that. */
async function freePort(net) {
  for (;;) {
    candidate = candidate < 65_535 ? candidate + 1 : LAST_EPHEMERAL + 1;
    const port = candidate;
    const server = net.createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await closed(server);
    return port;
  }
}

/** Gives `use` a folder of its own, which is gone afterwards. */
async function withFolder(use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'net-'));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

module.exports = {
  SOCKET_EVENTS,
  WITH_DATA,
  closed,
  freePort,
  gone,
  listening,
  next,
  pair,
  record,
  target,
  textOf,
  withFolder,
  withPair,
  withServer,
};
