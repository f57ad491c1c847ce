'use strict';
// Answers every request with a few words. Has no argument that chooses an implementation's http: ferronet comes
// under Node's own by `-r ferronet/register`.

const http = require('node:http');
const { serve } = require('./program.js');

const server = http.createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end('Hello World\n');
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
