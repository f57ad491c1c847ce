'use strict';
// Many connections at once, random chunks both ways, pauses and half-closes: what arrives is what was sent.

const test = require('ava');
const { once } = require('node:events');
const { net } = require('../../index.js');
const { runProgram } = require('../helpers/children.js');
const { both } = require('./exchange.js');

const CONNECTIONS = 200;
const BYTES = 256 * 1024;

test('200 connections carry random chunks both ways unharmed', async (t) => {
  t.timeout(60_000);
  const atServer = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const port = socket.remotePort;
    atServer.push(both(socket, atServer.length + 1000, BYTES).then((result) => ({ ...result, port })));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, i) => {
      const socket = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      const port = socket.localPort;
      return { ...(await both(socket, i + 1, BYTES)), port };
    }),
  );
  server.close();
  const peers = new Map((await Promise.all(atServer)).map((result) => [result.port, result]));
  t.is(peers.size, CONNECTIONS);
  for (const { sent, received, port } of clients) {
    const peer = peers.get(port);
    t.deepEqual([received.hash, received.count], [peer.sent, BYTES]);
    t.deepEqual([peer.received.hash, peer.received.count], [sent, BYTES]);
  }
});

/**
 * A client writes while it may, to a server that has paused; then the server reads on. Prints the memory that the
 * process has more while nothing moves any more, what was on its way by then, and what arrived in the end.
 */
const PAUSED_READER = `
  const net = require('net');
  const { once } = require('events');
  const { setTimeout: after } = require('timers/promises');
  const BYTES = 256 << 20;
  const chunk = Buffer.alloc(64 << 10, 'x');
  let sent = 0;

  function fill(client) {
    while (sent < BYTES) {
      sent += chunk.length;
      if (!client.write(chunk)) return client.once('drain', () => fill(client));
    }
    client.end();
  }

  /** Resolves when nothing was sent for a while. */
  async function standstill() {
    for (let before = -1; before !== sent; ) {
      before = sent;
      await after(200);
    }
  }

  async function main() {
    const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    const [reader] = await once(server, 'connection');
    const before = process.memoryUsage.rss();
    fill(client);
    await standstill();
    const [grown, ahead] = [process.memoryUsage.rss() - before, sent];
    let arrived = 0;
    reader.on('data', (data) => (arrived += data.length)).resume();
    await once(reader, 'end');
    server.close();
    console.log(JSON.stringify({ grown, ahead, all: arrived === BYTES }));
  }
  main();
`;

test('a reader that has paused stops the writer, and memory grows on neither side', async (t) => {
  const { stdout, stderr } = await runProgram(PAUSED_READER);
  t.is(stderr, '');
  const { grown, ahead, all } = JSON.parse(stdout);
  t.true(all);
  // What the kernel's two buffers take: 6 MiB and 4 MiB at most by default (tcp(7), tcp_rmem, tcp_wmem).
  t.true(ahead < 64 << 20, `${ahead} bytes on their way`);
  t.true(grown < 16 << 20, `${grown} bytes of memory more`);
});
