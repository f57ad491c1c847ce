'use strict';
// For --rates: a server of plain http, express or fastify that says hello. Prints its port; ends with its input.

const applications = {
  http() {
    const http = require('node:http');
    return http.createServer((_request, response) => response.end('hello'));
  },
  express() {
    const app = require('express')();
    app.get('/', (_request, response) => response.send('hello'));
    return require('node:http').createServer(app);
  },
  async fastify() {
    const app = require('fastify')();
    app.get('/', async () => 'hello');
    await app.ready();
    return app.server;
  },
};

async function main() {
  const server = await applications[process.argv[2]]();
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
  process.stdin.on('end', () => process.exit()).resume();
}

main();
