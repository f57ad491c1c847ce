'use strict';
// nginx in front of an express server (over TCP and a unix socket), and as the server of static files.

const { createHash, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const express = require('express');
const { ask } = require('./ask.js');

function createApp() {
  const app = express();
  app.get('/hello', (request, response) => response.send(`hello, by ${request.get('x-forwarded-for')}`));
  app.get('/big', (_request, response) => response.send(Buffer.alloc(6_000_000, 'x')));
  app.post('/hash', (request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk));
    request.on('end', () => response.send(hash.digest('hex')));
  });
  app.get('/cut', (request, response) => {
    response.set('content-length', '100');
    response.write('a part', () => request.socket.destroy());
  });
  return app;
}

async function through(way, get, see) {
  see(way, await get(`/${way}/hello`));
  see(way, (await get(`/${way}/big`)).body.length);
  const body = randomBytes(4_000_000);
  const expected = createHash('sha256').update(body).digest('hex');
  see(way, (await get(`/${way}/hash`, { method: 'POST', body })).body === expected);
  const answers = await Promise.all(Array.from({ length: 200 }, () => get(`/${way}/hello`)));
  see(
    way,
    answers.every(({ status }) => status === 200),
  );
  const cut = await get(`/${way}/cut`).catch((error) => error);
  see(way, 'cut off', cut.code, cut.message);
}

exports.run = async ({ servers, see }) => {
  const { host, port, backendPort, backendUnix, files } = servers.nginx;
  const backends = [createApp().listen(backendPort, '127.0.0.1'), createApp().listen(backendUnix)];
  await Promise.all(backends.map((server) => once(server, 'listening')));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const get = (url, options) => ask({ agent, host, port, path: url, ...options });
  await through('tcp', get, see);
  await through('unix', get, see);
  fs.writeFileSync(path.join(files, 'file.txt'), 'static '.repeat(1_000_000));
  see('static', (await get('/static/file.txt')).body.length, (await get('/static/nothing')).status);
  agent.destroy();
  for (const server of backends) {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
};
