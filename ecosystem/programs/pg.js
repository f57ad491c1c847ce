'use strict';
// pg on PostgreSQL, over TCP, a unix socket and TLS.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const { Readable } = require('node:stream');
const { finished, pipeline } = require('node:stream/promises');
const { Client, Pool } = require('pg');
const copy = require('pg-copy-streams');

async function queries(client, see) {
  see('one', (await client.query('SELECT $1::int + 1 AS sum, $2::text AS text', [41, 'ü'])).rows);
  const many = await client.query(
    "SELECT i, repeat('x', i % 100) AS text FROM generate_series(1, 100000) AS i",
  );
  see('many', many.rows.length, many.rows.at(-1));
  see('big', (await client.query("SELECT repeat('x', 20000000) AS text")).rows[0].text.length);
  // Queries that are queued at once are answered one after the other.
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => client.query('SELECT $1::int AS i', [i])),
  );
  see(
    'in order',
    answers.every(({ rows }, i) => rows[0].i === i),
  );
  const error = await client.query('SELECT nothing').catch((error) => error);
  see('error', error.code, error.message, error.position);
  await client.query('BEGIN');
  await assert.rejects(client.query('SELECT 1/0'), { code: '22012' });
  await assert.rejects(client.query('SELECT 1'), { code: '25P02' });
  await client.query('ROLLBACK');
}

async function copying(client, see) {
  await client.query('CREATE TEMP TABLE numbers (number int, text text)');
  const rows = Array.from({ length: 100_000 }, (_, index) => `${index}\tline ${index}\n`);
  const into = client.query(copy.from('COPY numbers FROM STDIN'));
  await pipeline(Readable.from(rows), into);
  see('copied in', into.rowCount);
  let bytes = 0;
  const out = client.query(copy.to('COPY numbers TO STDOUT'));
  out.on('data', (chunk) => (bytes += chunk.length));
  await finished(out);
  see('copied out', bytes, bytes === rows.join('').length);
}

async function notifications(connect, client, see) {
  const listener = await connect();
  await listener.query('LISTEN news');
  const seen = [];
  const all = new Promise((resolve) => {
    listener.on('notification', ({ channel, payload }) => {
      if (seen.push(`${channel} ${payload}`) === 50) resolve();
    });
  });
  for (let index = 0; index < 50; index++)
    await client.query('SELECT pg_notify($1, $2)', ['news', String(index)]);
  await all;
  see('notified', seen);
  await listener.end();
}

async function pooled(options, see) {
  const pool = new Pool({ ...options, max: 5 });
  const sleeps = Array.from({ length: 20 }, (_, i) => pool.query('SELECT pg_sleep(0.01), $1::int AS i', [i]));
  see(
    'pool',
    (await Promise.all(sleeps)).map(({ rows }) => rows[0].i),
    pool.totalCount,
  );
  await pool.end();
}

/** CancelRequest comes on a connection of its own (PostgreSQL documentation, 55.2.8). */
async function cancelled(client, connect, see) {
  const other = await connect();
  const sleeping = client.query('SELECT pg_sleep(60)').catch((error) => error);
  const pid = client.processID;
  let found;
  do {
    const asked =
      "SELECT pg_cancel_backend(pid) AS done FROM pg_stat_activity WHERE pid = $1 AND state = 'active'";
    found = (await other.query(asked, [pid])).rows[0];
  } while (!found?.done);
  const { code, message } = await sleeping;
  see('cancelled', code, message);
  await other.end();
}

exports.run = async ({ servers, see }) => {
  const { host, port, unix, user, certificate } = servers.postgres;
  const common = { user, database: 'postgres', port };
  const tls = { host, ssl: { ca: fs.readFileSync(certificate), servername: 'localhost' } };
  for (const way of [{ host }, { host: unix }, tls]) {
    const options = { ...common, ...way };
    const connect = async () => {
      const client = new Client(options);
      await client.connect();
      return client;
    };
    const client = await connect();
    await queries(client, see);
    await copying(client, see);
    await notifications(connect, client, see);
    await cancelled(client, connect, see);
    await pooled(options, see);
    const ended = once(client, 'end');
    await client.end();
    await ended;
    see('ended', Boolean(options.ssl));
  }
};
