'use strict';
// Node's own http and https: agents, streams, upgrades, a unix socket.

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const { key, certificate } = require('./certificate.js');

function answer(request, response) {
  const { url, method } = request;
  if (url === '/echo') return request.pipe(response);
  if (url === '/big') return response.end(Buffer.alloc(10_000_000, 'x'));
  if (url === '/slow') return response.write('part') && setImmediate(() => response.end(' and rest'));
  if (url === '/gone') return request.socket.destroy();
  response.setHeader('content-type', 'text/plain');
  response.end(`${method} ${url} ${request.headers.host ? 'host' : 'no host'}`);
}

function ask(library, options, body) {
  return new Promise((resolve, reject) => {
    const request = library.request(options, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      const { statusCode: status, headers } = response;
      resolve({ status, headers, body: Buffer.concat(chunks), reused: request.reusedSocket });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function requests(library, options, see) {
  const agent = new library.Agent({ keepAlive: true, maxSockets: 4 });
  const get = (url, body) =>
    ask(library, { agent, ...options, path: url, method: body ? 'POST' : 'GET' }, body);
  const first = await get('/first');
  see('first', first.status, first.headers['content-type'], String(first.body), first.reused);
  see('second', String((await get('/second')).body), (await get('/third')).reused);
  const parallel = await Promise.all(Array.from({ length: 200 }, (_, index) => get(`/${index}`)));
  see(
    'parallel',
    parallel.map(({ body }) => String(body)),
  );
  const sent = randomBytes(5_000_000);
  assert.ok(sent.equals((await get('/echo', sent)).body));
  see('big', (await get('/big')).body.length, String((await get('/slow')).body));
  const error = await get('/gone').catch((error) => error);
  see('gone', error.code, error.message);
  agent.destroy();
}

/** A protocol of its own over the connection of a request, both ways. */
async function upgraded(server, options, see) {
  server.once('upgrade', (_request, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  const headers = { connection: 'Upgrade', upgrade: 'echo' };
  const request = http.request({ ...options, agent: false, headers }).end();
  const [{ statusCode }, socket] = await once(request, 'upgrade');
  socket.end('raw bytes');
  let text = '';
  for await (const chunk of socket) text += chunk;
  see('upgrade', statusCode, text);
}

async function serve(library, server, address, see) {
  server.listen(address);
  await once(server, 'listening');
  const { port } = server.address();
  const where = address.path ? { socketPath: address.path } : { host: '127.0.0.1', port };
  const options = { ...where, ca: certificate, servername: 'localhost' };
  await requests(library, options, see);
  if (library === http) await upgraded(server, options, see);
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  see('closed');
}

exports.run = async ({ folder, see }) => {
  const loopback = { host: '127.0.0.1', port: 0 };
  await serve(http, http.createServer(answer), loopback, see);
  await serve(http, http.createServer(answer), { path: path.join(folder, 'http.sock') }, see);
  await serve(https, https.createServer({ key, cert: certificate }, answer), loopback, see);
};
