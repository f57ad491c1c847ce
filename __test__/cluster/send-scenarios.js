'use strict';
// What the programs of send-program.js do: `parent({ net, dgram, child, see })` and `child({ net, dgram })`.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');

const listening = async (server, ...where) => {
  server.listen(...where);
  await once(server, 'listening');
  return server.address();
};

/** A connection: both ends, and the server that accepted it. */
async function connect(net) {
  const server = net.createServer();
  const { port } = await listening(server, 0, '127.0.0.1');
  const client = net.connect(port, '127.0.0.1');
  const [socket] = await once(server, 'connection');
  return { server, client, socket };
}

const text = async (stream) => {
  let all = '';
  for await (const data of stream.setEncoding('utf8')) all += data;
  return all;
};

/** The next message from the other process. */
const message = async (end) => (await once(end, 'message'))[0];

const onMessage = (listener) => process.on('message', listener);

module.exports = {
  socketToChild: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      const sent = new Promise((resolve) => child.send('take', socket, (error) => resolve(error)));
      see('at once', socket._handle === null, socket.destroyed, server._connections);
      see('sent', await sent);
      // What comes before the child has the socket may be lost: the built-in's parent reads it.
      see(await message(child));
      client.write('hello');
      const closed = message(child);
      see('answer', await text(client));
      see(await closed);
      server.getConnections((error, count) => see('connections', error, count));
      await new Promise((resolve) => server.close(resolve));
      see('server closed');
      child.disconnect();
    },
    child() {
      onMessage((said, socket) => {
        socket.once('data', (data) => socket.end(`${said} ${data} ${socket.remoteFamily}`));
        socket.on('close', () => process.send('closed'));
        process.send('taken');
      });
    },
  },

  socketToParent: {
    async parent({ net, child, see, implementation }) {
      const [said, socket] = await once(child, 'message');
      see(said, socket.constructor.name, socket.readyState);
      // Under register what arrives is of the class that the program knows; without it, it is the built-in's.
      see('kind', implementation === 'ferronet' ? true : socket instanceof net.Socket);
      socket.end('from the parent');
      see(await message(child));
      await once(socket, 'close');
    },
    async child({ net }) {
      const { server, client, socket } = await connect(net);
      server.close();
      process.send('take', socket);
      process.send(await text(client));
    },
  },

  keepOpen: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      child.send('take', socket, { keepOpen: true });
      see('still here', socket._handle !== null, server._connections);
      see(await message(child));
      socket.end(' parent');
      see(await text(client));
      server.close();
      child.disconnect();
    },
    child() {
      onMessage((_said, socket) => socket.write('child', () => process.send('written')));
    },
  },

  many: {
    async parent({ net, child, see }) {
      const server = net.createServer();
      const { port } = await listening(server, 0, '127.0.0.1');
      server.on('connection', (socket) => child.send('take', socket));
      const clients = Array.from({ length: 50 }, () => net.connect(port, '127.0.0.1'));
      const answers = await Promise.all(clients.map(text));
      see(answers.length, new Set(answers).size === 50);
      await new Promise((resolve) => server.close(resolve));
      child.disconnect();
    },
    child() {
      let count = 0;
      onMessage((_said, socket) => socket.end(`number ${count++}`));
    },
  },

  counted: {
    async parent({ net, child, see }) {
      const server = net.createServer();
      const { port } = await listening(server, 0, '127.0.0.1');
      const clients = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
      const sockets = [(await once(server, 'connection'))[0], (await once(server, 'connection'))[0]];
      for (const socket of sockets) child.send('take', socket);
      see(await message(child));
      const count = () => new Promise((resolve) => server.getConnections((error, n) => resolve([error, n])));
      see('both', await count());
      const closed = new Promise((resolve) => server.close(resolve));
      clients[0].destroy();
      see(await message(child));
      see('one', await count());
      let early = true;
      closed.then(() => see('server closed', early));
      early = false;
      clients[1].destroy();
      await closed;
      child.disconnect();
    },
    child() {
      let taken = 0;
      onMessage((_said, socket) => {
        if (++taken === 2) process.send('taken');
        socket.on('close', () => process.connected && taken-- === 2 && process.send('closed')).resume();
      });
    },
  },

  twice: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      child.send('first', socket);
      child.send('second', socket);
      see(await message(child), await message(child));
      see(await text(client));
      server.close();
      child.disconnect();
    },
    child() {
      onMessage((said, socket) => {
        process.send([said, socket === undefined]);
        socket?.end('bye');
      });
    },
  },

  server: {
    async parent({ net, child, see }) {
      const server = net.createServer((socket) => socket.end('parent'));
      const { port } = await listening(server, 0, '127.0.0.1');
      child.send('take', server, (error) => see('sent', error));
      see(await message(child));
      see('still listening', server.listening, server.address().port === port);
      await new Promise((resolve) => server.close(resolve));
      see(await text(net.connect(port, '127.0.0.1')));
      child.send('close');
      see(await message(child));
      child.disconnect();
    },
    child() {
      onMessage((said, server) => {
        if (said === 'close') {
          process.server.close(() => process.send('closed'));
          return;
        }
        process.server = server;
        server.on('connection', (socket) => socket.end('child'));
        process.send(['listening', server.listening, server.address().address]);
      });
    },
  },

  serverNotListening: {
    async parent({ net, child, see }) {
      child.send('nothing', net.createServer());
      see(await message(child));
      child.disconnect();
    },
    child() {
      onMessage((said, server) => process.send([said, server === undefined]));
    },
  },

  datagrams: {
    async parent({ dgram, child, see }) {
      const socket = dgram.createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const { port } = socket.address();
      child.send('take', socket);
      see(await message(child));
      socket.close();
      const client = dgram.createSocket('udp4');
      client.send('hello', port, '127.0.0.1');
      const [answer] = await once(client, 'message');
      see(`${answer}`);
      client.close();
      child.disconnect();
    },
    child() {
      onMessage((_said, socket) => {
        socket.on('message', (data, { port, address }) => {
          socket.send(`${data} back`, port, address, () => socket.close());
        });
        process.send(['bound', socket.type, socket.address().address]);
      });
    },
  },

  refused: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      const attempt = (...args) => {
        try {
          see('returned', child.send(...args));
        } catch (error) {
          see('threw', error.name, error.code, error.message);
        }
      };
      attempt('x', {});
      attempt(undefined, socket);
      attempt('x', socket, 'options');
      see('untouched', socket._handle !== null, server._connections);
      const gone = once(child, 'disconnect');
      child.disconnect();
      await gone;
      child.send('x', socket, (error) => {
        see('closed', error.code, socket._handle !== null);
        client.destroy();
        server.close();
      });
    },
    child() {
      onMessage(() => {});
    },
  },

  descriptors: {
    async parent({ net, child, see }) {
      const server = net.createServer();
      const { port } = await listening(server, 0, '127.0.0.1');
      const open = () => fs.readdirSync('/proc/self/fd').length;
      async function sendMany() {
        for (let i = 0; i < 20; i++) {
          const client = net.connect(port, '127.0.0.1');
          const [socket] = await once(server, 'connection');
          child.send('take', socket);
          await text(client);
          child.send('server', server);
          await message(child);
        }
      }
      await sendMany();
      const before = open();
      await sendMany();
      // The last ones are closed when the child's acknowledgement comes.
      for (let round = 0; round < 200 && open() > before; round++) await new Promise(setImmediate);
      see('no more than before', open() <= before);
      server.close();
      child.disconnect();
    },
    child() {
      onMessage((said, handle) => {
        if (said === 'take') handle.end('bye');
        else handle.close(() => process.send('closed'));
      });
    },
  },

  writing: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      socket.on('error', ({ code }) => see('error', code));
      // More than the kernel takes while nobody reads.
      const written = new Promise((resolve) => socket.write(Buffer.alloc(32 << 20), resolve));
      const sent = new Promise((resolve) => child.send('take', socket, resolve));
      see('sent', await sent);
      const { code, syscall } = await written;
      see('written', code, syscall);
      see(await message(child));
      client.destroy();
      server.close();
      child.disconnect();
    },
    child() {
      onMessage((_said, socket) => {
        socket.destroy();
        process.send('taken');
      });
    },
  },

  stdio: {
    async parent({ net, child, see }) {
      const { server, client, socket } = await connect(net);
      const script = "process.stdin.pipe(process.stdout); process.stdin.on('end', () => console.log('end'))";
      const cat = spawn(process.execPath, ['-e', script], { stdio: [socket, socket, 'inherit'] });
      see('paused', socket.isPaused(), cat.stdin, cat.stdout);
      socket.destroy();
      client.end('through the child ');
      see(await text(client));
      see(await once(cat, 'exit'));
      server.close();
      child.disconnect();
    },
    child() {
      onMessage(() => {});
    },
  },
};
