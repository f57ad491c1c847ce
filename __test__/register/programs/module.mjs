import http, { get } from 'node:http';
import { createRequire } from 'node:module';
import * as everything from 'node:net';
import net, { connect, createServer, Socket } from 'node:net';
import tls from 'node:tls';
// biome-ignore lint/style/useNodejsImportProtocol: programs write it both ways
import { createSocket } from 'dgram';
import support from './support.js';

const { ended, listen, run, say, textOf } = support;
const require = createRequire(import.meta.url);

/** The names of one module are the same whichever way they come. */
async function names() {
  const late = await import('node:net');
  const ways = [net, everything, late, late.default, require('node:net')];
  // Not in Node 20.15 and before.
  ways.push(process.getBuiltinModule?.('net') ?? net);
  say(
    'names',
    ways.map((way) => way.Socket === Socket && way.connect === connect),
  );
  say(
    'names',
    createSocket === require('node:dgram').createSocket,
    everything.default === require('node:net'),
  );
}

async function use() {
  const server = createServer((socket) => socket.end('imported'));
  const port = await listen(server);
  say(
    'client',
    await textOf(connect(port, '127.0.0.1')),
    connect(port, '127.0.0.1').destroy() instanceof Socket,
  );
  server.close();
  const web = http.createServer((_request, response) => response.end('web'));
  const response = await ended(get({ port: await listen(web), host: '127.0.0.1', agent: false }), 'response');
  say('client', await textOf(response));
  web.close();
}

/** instanceof says yes to ferronet's and to the built-in's, and keeps subclasses apart. */
async function classes() {
  class Mine extends Socket {}
  function Old() {
    Socket.call(this);
  }
  Object.setPrototypeOf(Old.prototype, Socket.prototype);
  const mine = new Mine();
  say('mine', mine instanceof Mine, mine instanceof Socket, mine instanceof Old, mine.constructor.name);
  const old = new Old();
  say('old', old instanceof Old, old instanceof Socket, old instanceof Mine, typeof old.write);
  say(
    'plain',
    Socket() instanceof Socket,
    new Socket() instanceof Mine,
    {} instanceof Socket,
    null instanceof Socket,
  );
  const secure = new tls.TLSSocket();
  say('tls', secure instanceof Socket, secure instanceof tls.TLSSocket, secure instanceof Mine);
  const { stdin, stdout } = require('node:child_process').spawn('true');
  say(
    'pipe',
    stdin instanceof Socket,
    stdout instanceof Mine,
    stdin instanceof require('node:stream').Duplex,
  );
  for (const make of [http.createServer, tls.createServer, createServer]) {
    const server = make();
    say('server', server instanceof net.Server, server instanceof Socket, Object.keys(server).length > 5);
  }
  say(
    'names',
    [net.Socket, net.Server, net.connect].map(({ name, length }) => `${name} ${length}`),
  );
}

run({ classes, names, use });
