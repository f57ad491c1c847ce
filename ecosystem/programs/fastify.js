'use strict';
// fastify, over TCP and a unix socket, and its HTTP/2 server.

const fs = require('node:fs');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const path = require('node:path');
const { Readable } = require('node:stream');
const fastify = require('fastify');
const { ask } = require('./ask.js');

function createApp(options) {
  const app = fastify({ bodyLimit: 8 << 20, forceCloseConnections: true, ...options });
  const schema = { response: { 200: { type: 'object', properties: { id: { type: 'integer' } } } } };
  app.get('/user/:id', { schema }, async ({ params }) => ({ id: params.id, dropped: true }));
  app.post('/json', async ({ body }) => ({ length: body.text.length }));
  app.get('/stream', (_request, reply) =>
    reply.send(Readable.from(Array.from({ length: 100 }, (_, i) => `${i}\n`))),
  );
  app.get('/fails', async () => {
    throw Object.assign(new Error('no'), { statusCode: 418 });
  });
  return app;
}

async function questions(where, see) {
  const agent = new http.Agent({ keepAlive: true });
  const get = (url, options) => ask({ agent, ...where, path: url, ...options });
  see(await get('/user/7'));
  const body = JSON.stringify({ text: 'x'.repeat(4_000_000) });
  see(await get('/json', { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  see(await get('/stream'));
  see((await get('/fails')).status, (await get('/nothing')).status);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => get(`/user/${index}`)));
  see(answers.map(({ body: text }) => text));
  agent.destroy();
}

async function overHttp2(see) {
  const app = createApp({ http2: true });
  const client = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  const get = async (url) => {
    const stream = client.request({ ':path': url });
    const [headers] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return [headers[':status'], text];
  };
  see('http2', await Promise.all(Array.from({ length: 50 }, (_, index) => get(`/user/${index}`))));
  client.close();
  await once(client, 'close');
  await app.close();
}

exports.run = async ({ folder, see }) => {
  const app = createApp();
  await app.listen({ port: 0, host: '127.0.0.1' });
  await questions({ host: '127.0.0.1', port: app.server.address().port }, see);
  await app.close();

  const unix = path.join(folder, 'fastify.sock');
  const other = createApp();
  await other.listen({ path: unix });
  await questions({ socketPath: unix }, see);
  await other.close();
  see('the path is gone', !fs.existsSync(unix));
  await overHttp2(see);
};
