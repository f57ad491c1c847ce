'use strict';
// redis-server is killed in the middle of a command: what ioredis and redis tell their programs.

const { once } = require('node:events');
const net = require('node:net');
const Redis = require('ioredis');
const { createClient } = require('redis');

const described = ({ name, code, syscall, message }) => [name, code, syscall, message];

/** What a connection saw, by itself: the order between two connections is the kernel's. */
function watch(emitter, events) {
  const seen = [];
  for (const event of events) emitter.on(event, (error) => seen.push([event, error && described(error)]));
  return seen;
}

async function withIoredis(address) {
  const redis = new Redis({ ...address, retryStrategy: null, enableOfflineQueue: false });
  const seen = watch(redis, ['connect', 'ready', 'error', 'close', 'end']);
  const ended = new Promise((resolve) => redis.on('end', resolve));
  await once(redis, 'ready');
  return { seen, ended, ask: (...command) => redis.call(...command) };
}

async function withRedis({ host, port, path }) {
  const socket = path ? { path } : { host, port };
  const client = createClient({ socket: { ...socket, reconnectStrategy: false }, disableOfflineQueue: true });
  const seen = watch(client, ['connect', 'ready', 'error', 'end']);
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  return { seen, ended, ask: (...command) => client.sendCommand(command) };
}

/** Ends when the server answers nobody any more: what was asked before has arrived. */
async function asleep(probe) {
  do probe.write('PING\r\n');
  while (await answered(probe));
}

function answered(probe) {
  return new Promise((resolve) => {
    probe.once('data', () => resolve(true));
    probe.setTimeout(500, () => resolve(false));
  });
}

exports.run = async ({ servers, see }) => {
  const { host, port, unix, pid } = servers.redis;
  const probe = net.connect(port, host);
  const probed = watch(probe, ['error', 'end', 'close']);
  const probeClosed = new Promise((resolve) => probe.on('close', resolve));
  await once(probe, 'connect');
  const ways = [{ host, port }, { path: unix }];
  const clients = [];
  for (const way of ways) clients.push(await withIoredis(way), await withRedis(way));
  const idle = [];
  for (const way of ways) idle.push(await withIoredis(way), await withRedis(way));

  // The first command is read and under way; those of the others are not read, and the kernel answers a close with
  // a reset (tcp(7)).
  const [first, ...others] = clients;
  const answers = [first.ask('DEBUG', 'SLEEP', '60')];
  await asleep(probe);
  for (const { ask } of others) answers.push(ask('GET', 'key'));
  const ends = answers.map((answer) => answer.catch((error) => error));
  // redis writes from an immediate, which is queued before this one.
  await new Promise((resolve) => setImmediate(resolve));
  process.kill(pid, 'SIGKILL');
  see('under way', (await Promise.all(ends)).map(described));
  for (const client of [...clients, ...idle]) {
    await client.ended;
    see(client.seen, described(await client.ask('GET', 'key').catch((error) => error)));
  }
  await probeClosed;
  see('probe', probed);
};
