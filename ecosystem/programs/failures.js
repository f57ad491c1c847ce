'use strict';
// Nobody there, nobody answering, nobody by that name, and gone in the middle: what clients tell their programs.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const axios = require('axios');
const Redis = require('ioredis');
const mqtt = require('mqtt');
const mysql = require('mysql2/promise');
const nodemailer = require('nodemailer');
const { Client: Postgres } = require('pg');
const { createClient } = require('redis');
const { Client: Ssh } = require('ssh2');
const undici = require('undici');
const { WebSocket } = require('ws');

/** Settles with the error that an emitter's clients would see. */
const failing = (emitter) => new Promise((resolve) => emitter.on('error', resolve));

/** Clients by name; each is asked to connect to { host, port } within `timeout` ms and gives the error. */
const clients = {
  async net({ host, port, timeout }) {
    const socket = net.connect({ host, port, timeout });
    socket.on('timeout', () => socket.destroy(new Error('timeout')));
    return failing(socket);
  },
  async http({ host, port, timeout }) {
    const request = http.get({ host, port, timeout, agent: false });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    return failing(request);
  },
  async undici({ host, port, timeout }) {
    const dispatcher = new undici.Agent({ connectTimeout: timeout, headersTimeout: timeout });
    const error = await undici.request(`http://${host}:${port}/`, { dispatcher }).catch((reason) => reason);
    await dispatcher.destroy();
    return error;
  },
  axios: ({ host, port, timeout }) =>
    axios.get(`http://${host}:${port}/`, { timeout }).catch((error) => error),
  async ioredis({ host, port, timeout }) {
    const redis = new Redis({ host, port, connectTimeout: timeout, retryStrategy: null, lazyConnect: true });
    const error = failing(redis);
    await redis.connect().catch(() => {});
    return error;
  },
  async redis({ host, port, timeout }) {
    const socket = { host, port, connectTimeout: timeout, reconnectStrategy: false };
    const client = createClient({ socket });
    client.on('error', () => {});
    return client.connect().catch((error) => error);
  },
  async pg({ host, port, timeout }) {
    const client = new Postgres({ host, port, user: 'nobody', connectionTimeoutMillis: timeout });
    client.on('error', () => {});
    return client.connect().catch((error) => error);
  },
  mysql2: ({ host, port, timeout }) =>
    mysql.createConnection({ host, port, connectTimeout: timeout }).catch((error) => error),
  async mqtt({ host, port, timeout }) {
    const client = mqtt.connect({ host, port, connectTimeout: timeout, reconnectPeriod: 0 });
    const error = await new Promise((resolve) => {
      client.on('error', resolve);
      client.on('close', () => resolve(new Error('closed')));
    });
    await client.endAsync(true);
    return error;
  },
  async nodemailer({ host, port, timeout }) {
    const transport = nodemailer.createTransport({
      host,
      port,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
    });
    return transport.sendMail({ from: 'a@example.com', to: 'b@example.com' }).catch((error) => error);
  },
  ssh2: ({ host, port, timeout }) =>
    failing(new Ssh().connect({ host, port, username: 'a', password: 'b', readyTimeout: timeout })),
  ws: ({ host, port, timeout }) =>
    failing(new WebSocket(`ws://${host}:${port}/`, { handshakeTimeout: timeout })),
};

const described = (error) => [
  error.name,
  error.code,
  error.errno,
  error.syscall,
  error.address,
  error.message,
  error.cause && described(error.cause),
  error.errors?.map(described),
];

async function askAll(what, options, see, without = []) {
  for (const [name, connect] of Object.entries(clients)) {
    if (!without.includes(name)) see(what, name, described(await connect({ timeout: 3000, ...options })));
  }
}

async function listening(listener) {
  const server = net.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: '127.0.0.1', port: server.address().port };
}

async function close(server) {
  server.close();
  await once(server, 'close');
}

async function refused(see) {
  const { server, host, port } = await listening();
  await close(server);
  await askAll('refused', { host, port }, see);
  // Two addresses, both refused: an AggregateError where both were tried.
  const lookup = (_name, _options, done) =>
    done(
      null,
      ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
    );
  const socket = net.connect({ host: 'two.example', port, lookup, autoSelectFamily: true });
  see('refused twice', described(await failing(socket)));
}

/** A reset once a client has said something, or at once where the server speaks first. */
async function reset(see) {
  const sockets = new Set();
  const { server, host, port } = await listening((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => socket.resetAndDestroy());
    setTimeout(() => socket.resetAndDestroy(), 200).unref();
  });
  const { net: _plain, ...speaking } = clients;
  for (const [name, connect] of Object.entries(speaking)) {
    see('reset', name, described(await connect({ host, port, timeout: 3000 })));
  }
  const socket = net.connect(port, host, () => socket.write('hello'));
  see('reset', 'net', described(await failing(socket)));
  await close(server);
}

/** The kernel accepts, the program never does: no answer to what a client says. */
async function silent(see) {
  const { server, host, port } = await listening((socket) => socket.on('error', () => {}));
  const sockets = [];
  server.on('connection', (socket) => sockets.push(socket));
  // The timeout of ioredis and redis ends with the connection.
  await askAll('silent', { host, port, timeout: 300 }, see, ['ioredis', 'redis']);
  for (const socket of sockets) socket.destroy();
  await close(server);
}

/** A listener whose backlog is full: the kernel drops what asks to connect (listen(2), tcp_abort_on_overflow). */
async function backlogFull(see) {
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    server.on('listening', () => {
      parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(workerData, 0, 0));
    });
  `;
  const blocked = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(program, { eval: true, workerData: blocked });
  const [port] = await once(worker, 'message');
  const host = '127.0.0.1';
  const fillers = [];
  for (let index = 0; index < 8; index++) fillers.push(net.connect(port, host).on('error', () => {}));
  await Promise.race(fillers.map((socket) => once(socket, 'connect')));
  await askAll('backlog', { host, port, timeout: 300 }, see);
  for (const socket of fillers) socket.destroy();
  await worker.terminate();
}

async function unixPaths(folder, see) {
  const stale = path.join(folder, 'stale.sock');
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  const server = net.createServer().listen(stale);
  await once(server, 'listening');
  fs.renameSync(stale, `${stale}.kept`);
  await close(server);
  for (const [name, address] of Object.entries({ nothing: stale, stale: `${stale}.kept`, file })) {
    const error = await failing(net.connect(address));
    see('unix', name, error.code, error.syscall, error.message.replace(folder, ''));
    const redis = new Redis({ path: address, retryStrategy: null, lazyConnect: true });
    const failed = failing(redis);
    await redis.connect().catch(() => {});
    see('unix', name, 'ioredis', (await failed).code);
    const response = await undici
      .request('http://localhost/', {
        dispatcher: new undici.Client('http://localhost', { socketPath: address }),
      })
      .catch((reason) => reason);
    see('unix', name, 'undici', response.code);
  }
}

exports.run = async ({ folder, see }) => {
  await refused(see);
  await reset(see);
  await silent(see);
  await backlogFull(see);
  await askAll('no such name', { host: 'nobody.invalid', port: 80 }, see);
  await unixPaths(folder, see);
};
