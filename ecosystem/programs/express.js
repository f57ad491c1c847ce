'use strict';
// express, asked by Node's http.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const express = require('express');
const { ask } = require('./ask.js');

function createApp(folder) {
  const app = express();
  app.set('env', 'test');
  app.use('/static', express.static(folder));
  app.get('/', (request, response) => response.send(`hello ${request.ip}`));
  app.get('/user/:id', (request, response) => response.json({ ...request.params, ...request.query }));
  app.post('/json', express.json({ limit: '8mb' }), (request, response) =>
    response.json(request.body.text.length),
  );
  app.get('/stream', async (_request, response) => {
    for (let index = 0; index < 100; index++)
      if (!response.write(`${index}\n`)) await once(response, 'drain');
    response.end();
  });
  app.get('/fails', () => {
    throw Object.assign(new Error('no'), { status: 418 });
  });
  return app;
}

exports.run = async ({ folder, see }) => {
  fs.writeFileSync(path.join(folder, 'file.txt'), 'static '.repeat(200_000));
  const server = createApp(folder).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  const get = (url, options) =>
    ask({ agent, host: '127.0.0.1', port: server.address().port, path: url, ...options });
  see(await get('/'));
  see(await get('/user/7?name=x'));
  see(
    (await get('/static/file.txt')).body.length,
    await get('/static/file.txt', { headers: { range: 'bytes=0-5' } }),
  );
  const body = JSON.stringify({ text: 'x'.repeat(5_000_000) });
  see(await get('/json', { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  see(await get('/stream'));
  see((await get('/fails')).status, (await get('/nothing')).status);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => get(`/user/${index}`)));
  see(answers.map(({ body: text }) => text));
  agent.destroy();
  server.close();
  await once(server, 'close');
};
