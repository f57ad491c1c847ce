'use strict';
// mysql2 on MariaDB, over TCP, a unix socket and TLS.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const mysql = require('mysql2/promise');

async function queries(connection, see) {
  see('one', (await connection.query('SELECT ? + 1 AS sum, ? AS text', [41, 'ü']))[0]);
  see('prepared', (await connection.execute('SELECT ? AS text', ['x']))[0]);
  const [many] = await connection.query('SELECT seq, REPEAT("x", seq % 100) AS text FROM seq_1_to_100000');
  see('many', many.length, many.at(-1));
  const [[{ text }]] = await connection.query('SELECT REPEAT("x", 12000000) AS text');
  see('big', text.length);
  await connection.query('CREATE TEMPORARY TABLE numbers (number INT, text LONGBLOB)');
  await connection.query('INSERT INTO numbers VALUES ?', [
    Array.from({ length: 2000 }, (_, i) => [i, `line ${i}`]),
  ]);
  const blob = Buffer.alloc(9_000_000, 'ferronet');
  await connection.query('INSERT INTO numbers VALUES (-1, ?)', [blob]);
  const [[stored]] = await connection.query('SELECT text FROM numbers WHERE number = -1');
  assert.ok(blob.equals(stored.text));
  see('inserted', (await connection.query('SELECT COUNT(*) AS count FROM numbers'))[0]);
  const error = await connection.query('SELECT nothing').catch((error) => error);
  see('error', error.code, error.errno, error.sqlMessage);
}

async function streamed(connection, see) {
  const rows = connection.connection.query('SELECT seq FROM seq_1_to_20000').stream({ highWaterMark: 10 });
  let sum = 0;
  for await (const { seq } of rows) sum += seq;
  see('streamed', sum);
}

async function pooled(options, see) {
  const pool = mysql.createPool({ ...options, connectionLimit: 5 });
  const sleeps = Array.from({ length: 20 }, (_, i) => pool.query('SELECT SLEEP(0.01), ? AS i', [i]));
  see(
    'pool',
    (await Promise.all(sleeps)).map(([[{ i }]]) => i),
  );
  await pool.end();
}

exports.run = async ({ servers, see }) => {
  const { host, port, user, password, database, unix, certificate } = servers.mariadb;
  const account = { user, password, database };
  const tls = { host, port, ssl: { ca: fs.readFileSync(certificate), servername: 'localhost' } };
  for (const way of [{ host, port }, { socketPath: unix }, tls]) {
    const options = { ...account, ...way };
    const connection = await mysql.createConnection(options);
    await queries(connection, see);
    await streamed(connection, see);
    await pooled(options, see);
    const closed = once(connection.connection.stream, 'close');
    await connection.end();
    await closed;
    see('closed', Boolean(options.ssl));
  }
};
