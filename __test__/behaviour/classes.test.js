'use strict';
// The classes as programs of all ages use them: called, constructed, inherited from, asked for.

const test = require('ava');
const { EventEmitter, once } = require('node:events');
const stream = require('node:stream');
const util = require('node:util');
const { compare } = require('../helpers/compare.js');

/** Lets a client say something to the server, and gives what it hears back when both are closed. */
async function exchange(server, client) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client.connect(server.address().port, '127.0.0.1');
  client.write('ping');
  const [data] = await once(client, 'data');
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  return String(data);
}

const pong = (socket) => socket.on('data', (data) => socket.end(`${data} pong`));

test('the classes work with new and without', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const server = net.Server(pong);
    const client = net.Socket();
    see(server instanceof net.Server, client instanceof net.Socket, server.constructor === net.Server);
    see(await exchange(server, client));
    see(
      await exchange(new net.Server({ allowHalfOpen: true }, pong), new net.Socket({ allowHalfOpen: false })),
    );
  });
  t.deepEqual(trace.at(-1), ['ping pong']);
});

test('sockets are Duplex streams, servers and UDP sockets are emitters', async (t) => {
  const trace = await compare(t, async ({ net, dgram }, see) => {
    const socket = new net.Socket();
    see(
      socket instanceof stream.Duplex,
      socket instanceof stream.Readable,
      socket instanceof stream.Writable,
    );
    see(socket instanceof stream.Stream, socket instanceof EventEmitter, socket instanceof net.Server);
    const server = net.createServer();
    see(server instanceof EventEmitter, server instanceof stream.Stream, server instanceof net.Socket);
    const udp = dgram.createSocket('udp4');
    see(udp instanceof EventEmitter, udp instanceof dgram.Socket, udp instanceof stream.Duplex);
    see(net.Socket === net.Stream, net.connect === net.createConnection);
    see([net.Socket, net.Server, dgram.Socket].map((f) => [f.name, f.length, Object.getPrototypeOf(f).name]));
    socket.destroy();
    udp.close();
  });
  t.deepEqual(trace.slice(0, 4), [
    [true, true, true],
    [true, true, false],
    [true, false, false],
    [true, true, false],
  ]);
});

test('util.inherits and net.Socket.call(this) make a socket', async (t) => {
  await compare(t, async ({ net }, see) => {
    function Client(name) {
      net.Socket.call(this, { allowHalfOpen: true });
      this.name = name;
      this.once('connect', () => see(`${this.name} connected`));
      this.once('end', () => this.end());
    }
    util.inherits(Client, net.Socket);
    Client.prototype.greet = function () {
      return `I am ${this.name}`;
    };
    const client = new Client('old hand');
    see(client.greet(), client instanceof Client, client instanceof net.Socket, client.allowHalfOpen);
    see(await exchange(net.createServer(pong), client));
  });
});

test('util.inherits and net.Server.call(this) make a server', async (t) => {
  await compare(t, async ({ net }, see) => {
    function Counter() {
      net.Server.call(this, pong);
      this.visits = 0;
      this.on('connection', () => this.visits++);
    }
    util.inherits(Counter, net.Server);
    const server = new Counter();
    see(server instanceof Counter, server instanceof net.Server, server instanceof EventEmitter);
    see(await exchange(server, new net.Socket()), server.visits);
  });
});

test('class extends makes servers and sockets, and their methods may call those above', async (t) => {
  await compare(t, async ({ net }, see) => {
    class Client extends net.Socket {
      connect(...args) {
        see('connecting');
        return super.connect(...args);
      }
      write(chunk, ...rest) {
        see('writing', chunk);
        return super.write(String(chunk).toUpperCase(), ...rest);
      }
    }
    class Server extends net.Server {
      constructor() {
        super(pong);
      }
      get where() {
        return this.address().address;
      }
    }
    const server = new Server();
    server.once('listening', () => see(server.where));
    const client = new Client();
    see(await exchange(server, client));
  });
});

test('classes that hold a server and its clients broadcast, and know who left', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    class Guest {
      constructor(socket, number) {
        Object.assign(this, { socket, number });
      }
      receive(text) {
        this.socket.write(text);
      }
    }
    class Host {
      guests = [];
      constructor() {
        this.server = net.createServer((socket) => this.welcome(socket));
      }
      start(callback) {
        this.server.listen(0, '127.0.0.1', callback);
      }
      welcome(socket) {
        const guest = new Guest(socket, this.guests.length + 1);
        this.guests.push(guest);
        guest.receive(`guest ${guest.number}`);
        socket.on('data', (data) => this.tellOthers(guest, String(data)));
        socket.on('end', () => {
          this.guests.splice(this.guests.indexOf(guest), 1);
          this.tellOthers(guest, 'bye');
        });
      }
      tellOthers(guest, text) {
        for (const other of this.guests) if (other !== guest) other.receive(`${guest.number}: ${text}`);
      }
    }
    const host = new Host();
    await new Promise((resolve) => host.start(resolve));
    const hear = async (socket) => String((await once(socket, 'data'))[0]);
    const clients = [];
    for (let i = 0; i < 3; i++) {
      clients.push(net.connect(host.server.address().port, '127.0.0.1'));
      see(await hear(clients[i]));
    }
    const others = clients.slice(1);
    let heard = Promise.all(others.map(hear));
    clients[0].write('hello');
    see(...(await heard));
    heard = Promise.all(others.map(hear));
    clients[0].end();
    see(...(await heard), host.guests.length);
    for (const client of others) client.destroy();
    host.server.close();
    await once(host.server, 'close');
  });
  t.deepEqual(trace.slice(-2), [
    ['1: hello', '1: hello'],
    ['1: bye', '1: bye', 2],
  ]);
});

test('a UDP socket may be made by inheritance too', async (t) => {
  await compare(t, async ({ dgram }, see) => {
    function Old() {
      dgram.Socket.call(this, 'udp4');
    }
    util.inherits(Old, dgram.Socket);
    class Young extends dgram.Socket {}
    const old = new Old();
    const young = new Young({ type: 'udp4' }, (data, from) => see(String(data), from.address, from.size));
    see(old instanceof dgram.Socket, young instanceof dgram.Socket, old.type);
    young.bind(0, '127.0.0.1');
    await once(young, 'listening');
    old.send('hi', young.address().port, '127.0.0.1');
    await once(young, 'message');
    for (const socket of [old, young]) {
      socket.close();
      await once(socket, 'close');
    }
  });
});
