'use strict';
// http-proxy in front of a server of Node's http and of ws.

const { once } = require('node:events');
const http = require('node:http');
const httpProxy = require('http-proxy');
const { WebSocket, WebSocketServer } = require('ws');
const { ask } = require('./ask.js');

exports.run = async ({ see }) => {
  const backend = http.createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server: backend });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`back: ${data}`)));
  await once(backend, 'listening');
  const target = `http://127.0.0.1:${backend.address().port}`;
  const agent = new http.Agent({ keepAlive: true });
  const proxy = httpProxy.createProxyServer({ target, agent, ws: true, xfwd: true });
  proxy.on('error', (error, _request, response) => response.writeHead(502).end(error.code));
  const front = http.createServer((request, response) => proxy.web(request, response));
  front.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address();

  const post = (body) => ask({ host: '127.0.0.1', port, method: 'POST', path: '/', body });
  see('small', await post('hello'));
  const large = 'x'.repeat(8_000_000);
  see('large', (await post(large)).body === large);
  see(
    'many',
    (await Promise.all(Array.from({ length: 100 }, (_, i) => post(String(i))))).map(({ body }) => body),
  );

  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(client, 'open');
  client.send('through');
  see('ws', String((await once(client, 'message'))[0]));
  client.close();
  await once(client, 'close');

  agent.destroy();
  sockets.close();
  backend.close();
  backend.closeAllConnections();
  await once(backend, 'close');
  see('without a backend', await post('x'));
  front.close();
  await once(front, 'close');
};
