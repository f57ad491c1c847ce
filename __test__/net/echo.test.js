'use strict';

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');

const CLIENT_EVENTS = [
  'connectionAttempt',
  'connect',
  'ready',
  'data',
  'end',
  'prefinish',
  'finish',
  'error',
  'close',
];

test('a client and an echo server see the same events in the same order', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = watch(see, 'client', net.connect(server.address().port, '127.0.0.1'), CLIENT_EVENTS);
    client.once('data', () => client.end());
    client.write('hello');
    await once(client, 'close');
    server.close();
    await once(server, 'close');
    see('server closed', server.listening, server.address());
  });
  t.true(trace.some(([event]) => event === 'client data'));
});
