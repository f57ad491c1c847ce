'use strict';
// ws, server and client in one program.

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { createWebSocketStream, WebSocket, WebSocketServer } = require('ws');

async function conversation(server, url, options, see) {
  const accepted = once(server, 'connection');
  const client = new WebSocket(url, options);
  const [[socket]] = await Promise.all([accepted, once(client, 'open')]);
  see('open', client.extensions, client.protocol);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));

  const seen = [];
  const all = new Promise((resolve) => {
    client.on('message', (data, isBinary) => {
      if (seen.push(isBinary ? data.length : String(data)) === 1001) resolve();
    });
  });
  for (let index = 0; index < 1000; index++) client.send(`message ${index}`);
  client.send(Buffer.alloc(100_000));
  await all;
  client.removeAllListeners('message');
  see('echo', seen);

  const large = randomBytes(8_000_000);
  const back = once(client, 'message');
  client.send(large);
  assert.ok(large.equals((await back)[0]));

  const [pong, ping] = [once(client, 'pong'), once(client, 'ping')];
  client.ping('are you there');
  socket.ping('and you');
  see('ping', String((await pong)[0]), String((await ping)[0]));

  const closed = [once(client, 'close'), once(socket, 'close')];
  client.close(4001, 'enough');
  const ends = await Promise.all(closed);
  see(
    'close',
    ends.map(([code, reason]) => [code, String(reason)]),
  );
}

/** A peer that is gone without a closing handshake is 1006 (RFC 6455, 7.1.5). */
async function cutOff(server, url, see) {
  const accepted = once(server, 'connection');
  const client = new WebSocket(url);
  const [socket] = await accepted;
  await once(client, 'open');
  const closed = once(client, 'close');
  socket.terminate();
  see('terminated', (await closed)[0]);
}

async function streamed(server, url, see) {
  const accepted = once(server, 'connection');
  const client = createWebSocketStream(new WebSocket(url));
  const [socket] = await accepted;
  const echo = createWebSocketStream(socket);
  echo.pipe(echo);
  client.end(Buffer.alloc(3_000_000, 1));
  let bytes = 0;
  for await (const chunk of client) bytes += chunk.length;
  see('stream', bytes);
}

exports.run = async ({ see }) => {
  for (const perMessageDeflate of [false, { threshold: 0 }]) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${server.address().port}`;
    await conversation(server, url, { perMessageDeflate }, see);
    await cutOff(server, url, see);
    await streamed(server, url, see);
    server.close();
    await once(server, 'close');
    const error = await once(new WebSocket(url), 'error').then(([reason]) => reason);
    see('refused', error.code, error.message);
  }
};
