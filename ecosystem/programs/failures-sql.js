'use strict';
// A backend is killed in the middle of a query: what pg and mysql2 tell their programs.

const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const mysql = require('mysql2/promise');
const { Client } = require('pg');

const described = ({ name, code, errno, syscall, message, fatal }) => [
  name,
  code,
  errno,
  syscall,
  message,
  fatal,
];

/** kill -9 of the process that runs the query; PostgreSQL itself ends the other connections and starts anew. */
async function pg(options, probeOptions, see) {
  const client = new Client(options);
  const seen = [];
  for (const event of ['error', 'end'])
    client.on(event, (error) => seen.push([event, error && described(error)]));
  await client.connect();
  const [{ pid }] = (await client.query('SELECT pg_backend_pid() AS pid')).rows;
  const ended = new Promise((resolve) => client.on('end', resolve));
  const sleeping = client.query('SELECT pg_sleep(60)').catch((error) => error);
  const queued = client.query('SELECT 1').catch((error) => error);
  const probe = await underWay(pid, probeOptions);
  process.kill(pid, 'SIGKILL');
  see('pg under way', described(await sleeping), 'queued', described(await queued));
  await ended;
  await probe.gone;
  see('pg', seen, 'after', described(await client.query('SELECT 1').catch((error) => error)));
}

/** Ends when the backend sleeps: it has read the query. `gone` settles when PostgreSQL has begun to start anew. */
async function underWay(pid, options) {
  const probe = new Client(options);
  probe.on('error', () => {});
  const gone = new Promise((resolve) => probe.on('end', resolve));
  await probe.connect();
  const asked = 'SELECT wait_event FROM pg_stat_activity WHERE pid = $1';
  while ((await probe.query(asked, [pid])).rows[0].wait_event !== 'PgSleep');
  return { gone };
}

/** PostgreSQL recovers after a killed backend and refuses until it has. */
async function recovered(options) {
  for (;;) {
    const client = new Client(options);
    client.on('error', () => {});
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    if (connected) return client.end();
    await delay(20);
  }
}

async function connectMysql(options) {
  const connection = await mysql.createConnection(options);
  const seen = [];
  // Its 'end' is that of the socket, which TLS over it keeps to itself on the built-in (docs/differences.md).
  for (const event of options.ssl ? ['error'] : ['error', 'end']) {
    connection.on(event, (error) => seen.push([event, error && described(error)]));
  }
  const closed = new Promise((resolve) => connection.connection.stream.on('close', resolve));
  return { connection, seen, closed };
}

/** Ends when the server runs as many sleeps. */
async function sleeps(count, options) {
  const probe = await mysql.createConnection(options);
  const asked = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE state = 'User sleep'";
  while ((await probe.query(asked))[0][0].n < count);
  await probe.end();
}

/** kill -9 of the server: connections with a query under way, and without. */
async function mysql2({ host, port, unix, user, password, database, certificate, pid }, see) {
  const account = { user, password, database };
  const tls = { host, port, ssl: { ca: fs.readFileSync(certificate), servername: 'localhost' } };
  const busy = [];
  const idle = [];
  for (const way of [{ host, port }, { socketPath: unix }, tls]) {
    busy.push(await connectMysql({ ...account, ...way }));
    idle.push(await connectMysql({ ...account, ...way }));
  }
  const sleeping = busy.map(({ connection }) => connection.query('SELECT SLEEP(60)').catch((error) => error));
  await sleeps(busy.length, { ...account, host, port });
  process.kill(pid, 'SIGKILL');
  see('mysql2 under way', (await Promise.all(sleeping)).map(described));
  for (const { connection, seen, closed } of [...busy, ...idle]) {
    await closed;
    see('mysql2', seen, described(await connection.query('SELECT 1').catch((error) => error)));
  }
}

exports.run = async ({ servers, see }) => {
  const { host, port, unix, user, certificate } = servers.postgres;
  const common = { user, database: 'postgres', port };
  const tls = { host, ssl: { ca: fs.readFileSync(certificate), servername: 'localhost' } };
  for (const way of [{ host }, { host: unix }, tls]) {
    await pg({ ...common, ...way }, { ...common, host }, see);
    await recovered({ ...common, host });
  }
  await mysql2(servers.mariadb, see);
};
