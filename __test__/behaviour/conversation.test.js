'use strict';
// Two sides that talk: who says what, who ends, who hears of it.

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { watch } = require('../helpers/trace.js');

/** A server for `onConnection` on a free port; `connect` makes clients of it. */
async function serve(net, options, onConnection) {
  const server = net.createServer(options, onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    connect: (more) => net.connect({ port: server.address().port, host: '127.0.0.1', ...more }),
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** The next thing the socket says, as text. */
const hears = async (socket) => String((await once(socket, 'data'))[0]);

test('a client of `new Socket` connects, is answered, destroys itself and closes without an error', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const left = [];
    const { server, close } = await serve(net, {}, (socket) => {
      socket.on('data', (data) => socket.write(`you said: ${data}`));
      left.push(once(socket, 'close'));
    });
    const client = new net.Socket();
    watch(see, 'client', client, ['lookup', 'connect', 'ready', 'data', 'end', 'error', 'close']);
    see('returns itself', client.connect(server.address().port, '127.0.0.1') === client, client.connecting);
    client.on('connect', () => {
      see('connecting', client.connecting, client.remoteAddress, client.remoteFamily);
      client.write('hi');
    });
    client.once('data', () => client.destroy());
    const [hadError] = await once(client, 'close');
    see('closed', hadError, client.destroyed, client.remoteAddress, client.bytesRead, client.bytesWritten);
    see('the server hears of it', ...(await Promise.all(left)));
    await close();
  });
  t.true(trace.some(([event]) => event === 'client data'));
  t.false(
    trace.some(([event]) => event === 'client end'),
    'a destroyed socket does not see an end',
  );
});

test('a client may end with its only words before it is connected', async (t) => {
  await compare(t, async ({ net }, see) => {
    const { connect, close, server } = await serve(net, {}, (socket) => {
      socket.setEncoding('utf8');
      watch(see, 'server side', socket, ['data', 'end', 'close']);
    });
    const client = connect();
    see('pending', client.pending, client.readyState);
    client.end('first and last');
    const [socket] = await once(server, 'connection');
    await Promise.all([once(client, 'close'), once(socket, 'close')]);
    await close();
  });
});

test('what one member says is heard by the others, and so is his leaving', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const members = new Map();
    const tell = (text, except) => {
      for (const [name, socket] of members) if (name !== except) socket.write(text);
    };
    const { connect, close } = await serve(net, {}, (socket) => {
      const name = `member ${members.size + 1}`;
      members.set(name, socket);
      socket.write(`you are ${name}`);
      tell(`${name} is here`, name);
      socket.on('data', (data) => tell(`${name}: ${data}`, name));
      socket.on('end', () => {
        members.delete(name);
        tell(`${name} left`, name);
      });
    });
    const clients = [];
    const othersHear = async (speaker, action) => {
      const heard = clients.filter((client) => client !== speaker).map(hears);
      const own = action();
      see(...(await Promise.all([own, ...heard])));
    };
    for (let i = 0; i < 3; i++) {
      const client = connect();
      await othersHear(client, () => hears(client));
      clients.push(client);
    }
    await othersHear(clients[1], async () => clients[1].write('hello'));
    await othersHear(clients[0], async () => {
      clients[0].end();
      clients.shift();
    });
    see('left', [...members.keys()]);
    for (const client of clients) client.on('data', () => {}).end();
    await close();
  });
  t.deepEqual(trace[3].slice(1), ['member 2: hello', 'member 2: hello']);
  t.deepEqual(trace[4].slice(1), ['member 1 left', 'member 1 left']);
});

test('a half-open server confirms what came, and goes on talking after the end of its client', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const { connect, close, server } = await serve(net, { allowHalfOpen: true }, (socket) => {
      socket.setEncoding('utf8');
      watch(see, 'server side', socket, ['data', 'end', 'error', 'finish', 'close']);
      socket.on('data', (data) => socket.write(`confirmed: ${data}`));
      socket.on('end', () => {
        // Later than the end itself: without allowHalfOpen this side would have ended by now.
        setImmediate(() => {
          see('after the end', socket.readable, socket.writable, socket.readyState);
          socket.end('goodbye');
        });
      });
    });
    const said = [];
    const client = connect().setEncoding('utf8');
    client.on('data', (data) => said.push(data));
    client.write('one');
    const [socket] = await once(server, 'connection');
    await once(client, 'data');
    client.end('two');
    await Promise.all([once(client, 'close'), once(socket, 'close')]);
    see('client', said.join(''));
    await close();
  });
  t.deepEqual(trace.at(-1), ['client', 'confirmed: oneconfirmed: twogoodbye']);
});

test('a server that is not half open answers the end with its own, and its client hears no more', async (t) => {
  await compare(t, async ({ net }, see) => {
    const { connect, close, server } = await serve(net, {}, (socket) => {
      watch(see, 'server side', socket, ['data', 'end', 'finish', 'error', 'close']);
      socket.on('close', () => socket.write('too late', (error) => see('written', error)));
    });
    const client = connect();
    client.on('data', () => see('client hears'));
    client.end('x');
    const [socket] = await once(server, 'connection');
    await Promise.all([once(client, 'close'), once(socket, 'close')]);
    await close();
  });
});

test('pauseOnConnect keeps what came until the socket is resumed', async (t) => {
  await compare(t, async ({ net }, see) => {
    const { connect, close, server } = await serve(net, { pauseOnConnect: true }, () => {});
    const client = connect();
    client.end('waiting');
    const [socket] = await once(server, 'connection');
    see('paused', socket.isPaused(), socket.readableFlowing);
    const data = once(socket, 'data');
    socket.resume();
    see('resumed', String((await data)[0]));
    await once(client.resume(), 'close');
    await close();
  });
});

test('a client that nobody answers has the error of the built-in', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    const { server, close } = await serve(net, {}, () => {});
    const { port } = server.address();
    await close();
    const client = net.connect(port, '127.0.0.1');
    watch(see, 'client', client, ['connect', 'error', 'close']);
    await new Promise((resolve) => client.on('close', resolve)); // once() would reject with the error.
  });
  t.deepEqual(trace[0][1].keys, ['errno', 'code', 'syscall', 'address', 'port']);
});
