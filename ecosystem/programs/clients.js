'use strict';
// HTTP clients: undici, axios, got, and Node's fetch, on a server of Node's http.

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const axios = require('axios');
const undici = require('undici');

function answer(request, response) {
  if (request.url === '/redirect') return response.writeHead(302, { location: '/target' }).end();
  if (request.url === '/echo') return request.pipe(response);
  if (request.url === '/error') return response.writeHead(503).end('not now');
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': 100 });
    return response.write('a part', () => request.socket.destroy());
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url }));
}

/** The same questions to each: `ask(url, body)` resolves with { status, body: Buffer }. */
async function questions(name, base, ask, see) {
  see(name, String((await ask(`${base}/first`)).body), String((await ask(`${base}/redirect`)).body));
  const parallel = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`${base}/${index}`)));
  see(
    name,
    parallel.map(({ body }) => JSON.parse(body).url),
  );
  const sent = randomBytes(2_000_000);
  assert.ok(sent.equals((await ask(`${base}/echo`, sent)).body));
  see(name, (await ask(`${base}/error`)).status);
  const cut = await ask(`${base}/cut`).catch((error) => error);
  see(name, 'cut off', cut.code ?? cut.cause?.code, cut.message);
  const refused = await ask(`http://127.0.0.1:${await closedPort()}/`).catch((error) => error);
  see(name, 'refused', refused.code ?? refused.cause?.code, refused.message, refused.cause?.message);
}

async function closedPort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const method = (body) => (body ? 'POST' : 'GET');

function clients({ got }) {
  const dispatcher = new undici.Agent({ connections: 4 });
  return {
    undici: async (url, body) => {
      const following = dispatcher.compose(undici.interceptors.redirect({ maxRedirections: 3 }));
      const response = await undici.request(url, { dispatcher: following, method: method(body), body });
      return { status: response.statusCode, body: Buffer.from(await response.body.arrayBuffer()) };
    },
    'undici fetch': async (url, body) => {
      const response = await undici.fetch(url, { dispatcher, method: method(body), body });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    },
    fetch: async (url, body) => {
      const response = await fetch(url, { method: method(body), body });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    },
    axios: async (url, body) => {
      const options = { method: method(body), url, data: body, responseType: 'arraybuffer' };
      const response = await axios({ ...options, validateStatus: null, maxBodyLength: Infinity });
      return { status: response.status, body: response.data };
    },
    got: async (url, body) => {
      const options = { method: method(body), responseType: 'buffer', throwHttpErrors: false };
      const response = await got(url, { ...options, body, retry: { limit: 0 } });
      return { status: response.statusCode, body: Buffer.from(response.body) };
    },
  };
}

exports.run = async ({ see }) => {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const [name, ask] of Object.entries(clients(await import('got')))) {
    await questions(name, base, ask, see);
  }
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};
