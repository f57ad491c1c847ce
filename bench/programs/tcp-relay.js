'use strict';
// A proxy: <implementation> <port of the source>

const { ignoreResets, net, rest, serve } = require('./program.js');

const [source] = rest.map(Number);

const server = net.createServer((client) => {
  const upstream = net.connect(source, '127.0.0.1');
  for (const socket of [client, upstream]) ignoreResets(socket);
  // A pipe does not pass on that its end has gone.
  client.on('close', () => upstream.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
});

server.listen(0, '127.0.0.1', () => serve(server.address().port));
