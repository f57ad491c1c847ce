'use strict';
// What the programs of program.js do. Each has a primary, given { cluster, net, dgram, see }, and a worker, given
// { cluster, net, dgram, tell }: `tell(...)` reaches the primary's listeners of 'message'.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const cluster = require('node:cluster');
const tls = require('node:tls');

const { SCHED_NONE, SCHED_RR } = cluster;

/** An error as the worker saw it; ports differ from run to run. */
const told = (error) => ({
  code: error.code,
  errno: error.errno,
  syscall: error.syscall,
  address: error.address,
  keys: Object.keys(error),
  message: error.message.replace(/\d{4,5}/g, 'PORT'),
});

const fork = (count, env) => Array.from({ length: count }, () => cluster.fork(env));

/** Resolves with the arguments of the `count`th 'listening' of the workers. */
const listening = (count) =>
  new Promise((resolve) => {
    cluster.on('listening', (_worker, address) => {
      if (--count === 0) resolve(address);
    });
  });

const exited = (worker) =>
  new Promise((resolve) => worker.once('exit', (code, signal) => resolve([code, signal])));

/** The next thing that a worker tells under a name. */
const tells = (worker, name) =>
  new Promise((resolve) => {
    worker.on('message', function heard([label, ...said]) {
      if (label !== name) return;
      worker.off('message', heard);
      resolve(said);
    });
  });

/** What a server says until it ends the connection. */
const ask = (net, where, send = '') =>
  new Promise((resolve, reject) => {
    let text = '';
    const client = net.connect(where, () => client.write(send));
    client.setEncoding('utf8').on('data', (data) => (text += data));
    client.on('error', reject).on('close', () => resolve(text));
  });

const keys = path.join(__dirname, '..', 'register', 'fixtures');
const identity = {
  key: fs.readFileSync(path.join(keys, 'test-only-key.pem')),
  cert: fs.readFileSync(path.join(keys, 'test-only-cert.pem')),
};

/** A worker's tls server answers whom the primary gives it. */
const secured = (schedulingPolicy) => ({
  schedulingPolicy,
  async primary({ see }) {
    const [worker] = fork(1);
    const { port } = await listening(1);
    const secure = { connect: (where, callback) => tls.connect({ ...where, ca: identity.cert }, callback) };
    const answers = [];
    for (const name of ['first', 'second'])
      answers.push(await ask(secure, { port, host: '127.0.0.1', servername: 'localhost' }, name));
    worker.send('enough');
    see('exit', await exited(worker));
    see('answers', answers);
  },
  worker({ cluster }) {
    const server = tls.createServer(identity, (socket) => {
      socket.once('data', (data) => socket.end(`${socket.getProtocol()} ${socket.encrypted} ${data}`));
    });
    server.listen(0, '127.0.0.1');
    process.once('message', () => server.close(() => cluster.worker.disconnect()));
  },
});

const disconnectAll = () => new Promise((resolve) => cluster.disconnect(resolve));

const socketPath = (name) => path.join(os.tmpdir(), `ferronet-cluster-${process.pid}-${name}.sock`);

/** Workers that say who they are to each connection, counting theirs. */
const sharing = (schedulingPolicy, where = { port: 0, host: '127.0.0.1' }) => ({
  schedulingPolicy,
  async primary({ net, see }) {
    const workers = fork(2);
    const address = await listening(2);
    see('address', address.address, address.addressType, address.port > 0);
    const ids = new Set();
    let answers = 0;
    for (let i = 0; i < 40; i++) {
      const [id, bytes] = (
        await ask(net, { port: address.port, host: address.address }, 'x'.repeat(100))
      ).split(' ');
      ids.add(id);
      answers++;
      if (bytes !== '100') see('bytes', bytes);
    }
    // Round robin gives work to both; the kernel may give all to one.
    see('answers', answers, schedulingPolicy === SCHED_RR ? [...ids].sort() : ids.size > 0);
    const ends = Promise.all(workers.map(exited));
    await disconnectAll();
    see('ends', await ends);
  },
  worker({ cluster, net }) {
    const server = net.createServer((socket) => {
      socket.once('data', (data) => socket.end(`${cluster.worker.id} ${data.length}`));
    });
    server.listen(where);
  },
});

/** What a server in a worker sees of itself from listen to close. */
const life = (where) => ({
  async primary({ see }) {
    const [worker] = fork(1);
    worker.on('message', (said) => see(...said));
    see('exit', await exited(worker));
  },
  worker({ cluster, net, tell }) {
    const server = net.createServer();
    server.on('listening', () => {
      const address = server.address();
      if (address?.port) address.port = address.port > 0;
      tell('listening', server.listening, address, server._connectionKey.replace(/\d{4,5}/, 'PORT'));
      server.close((error) => {
        tell('closed', error ?? null, server.listening);
        cluster.worker.disconnect();
      });
    });
    server.on('close', () => tell('close'));
    server.on('error', (error) => tell('error', told(error)));
    server.listen({ ...where });
    tell('after listen', server.listening, server.address()?.family ?? null);
  },
});

module.exports = {
  roundRobin: sharing(SCHED_RR),
  shared: sharing(SCHED_NONE),
  roundRobinAnywhere: sharing(SCHED_RR, { port: 0 }),
  sharedIPv6: sharing(SCHED_NONE, { port: 0, host: '::1' }),
  lifeAnywhere: life({ port: 0 }),
  lifeByName: life({ port: 0, host: 'localhost' }),
  lifeSharedByName: { ...life({ port: 0, host: 'localhost' }), schedulingPolicy: SCHED_NONE },
  lifeExclusive: life({ port: 0, exclusive: true }),

  secured: secured(SCHED_RR),
  securedShared: secured(SCHED_NONE),

  connections: {
    schedulingPolicy: SCHED_RR,
    async primary({ net, see }) {
      const [worker] = fork(1);
      const { port } = await listening(1);
      worker.on('message', (said) => see(...said));
      const said = await ask(net, { port, host: '127.0.0.1' }, 'hello');
      see('exit', await exited(worker));
      // What the worker tells and what it sends have no order between them.
      see('said', said);
    },
    worker({ cluster, net, tell }) {
      const server = net.createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true }, (socket) => {
        tell('socket', socket instanceof net.Socket, socket.server === server, socket.isPaused());
        tell(
          'addresses',
          socket.localAddress,
          socket.localPort === server.address().port,
          socket.remoteFamily,
        );
        server.getConnections((error, count) => tell('connections', error, count));
        socket.on('data', (data) => socket.end(`got ${data}`)).resume();
        socket.on('close', (hadError) => {
          tell('closed', hadError);
          server.close(() => cluster.worker.disconnect());
        });
      });
      server.listen(0, '127.0.0.1');
    },
  },

  unreferenced: {
    schedulingPolicy: SCHED_RR,
    async primary({ see }) {
      const [worker] = fork(1);
      worker.on('message', (said) => see(...said));
      see('exit', await exited(worker));
    },
    worker({ net, tell }) {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        tell('listening');
        process.channel.unref();
        server.unref();
        process.on('exit', () => tell('leaving'));
      });
    },
  },

  taken: {
    async primary({ net, see }) {
      const blocker = net.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => blocker.once('listening', resolve));
      for (const policy of ['port', 'path']) {
        const [worker] = fork(1, { WHERE: policy === 'port' ? blocker.address().port : os.tmpdir() });
        worker.on('message', (said) => see(policy, ...said));
        see('exit', await exited(worker));
      }
      blocker.close();
    },
    worker({ cluster, net, tell }) {
      const where = process.env.WHERE;
      const server = net.createServer();
      server.on('error', (error) => {
        const { address, message, ...rest } = told(error);
        const text = message.replace(os.tmpdir(), 'TMP');
        tell('error', { ...rest, address: address.replace(os.tmpdir(), 'TMP'), text }, server.listening);
        cluster.worker.disconnect();
      });
      server.on('listening', () => tell('listening'));
      server.listen(...(/^\d+$/.test(where) ? [Number(where), '127.0.0.1'] : [where]));
    },
  },

  unixPath: {
    schedulingPolicy: SCHED_RR,
    async primary({ net, see }) {
      const file = socketPath('path');
      const workers = fork(2, { SOCKET: file });
      const address = await listening(2);
      see('address', address.address === file, address.port, address.addressType);
      see('mode', (fs.statSync(file).mode & 0o777).toString(8));
      const ids = new Set();
      for (let i = 0; i < 8; i++) ids.add(await ask(net, file));
      see('answers', [...ids].sort());
      const ends = Promise.all(workers.map(exited));
      await disconnectAll();
      see('ends', await ends, fs.existsSync(file));
    },
    worker({ cluster, net, tell }) {
      const server = net.createServer((socket) => socket.end(`${cluster.worker.id}`));
      const path = process.env.SOCKET;
      server.listen({ path, readableAll: true, writableAll: true }, () =>
        tell('path', server.address() === path),
      );
    },
  },

  killed: {
    schedulingPolicy: SCHED_RR,
    async primary({ net, see }) {
      const [first] = fork(1);
      const { port } = await listening(1);
      const host = '127.0.0.1';
      // A connection that is served, and dies with its worker.
      const client = net.connect(port, host, () => client.write('stay'));
      await new Promise((resolve) => client.once('data', resolve));
      const second = fork(1)[0];
      await listening(1);
      const end = exited(first);
      const closed = new Promise((resolve) => client.on('error', () => {}).on('close', resolve));
      first.process.kill('SIGKILL');
      see('killed', await end);
      await closed;
      for (let i = 0; i < 10; i++) see('answer', await ask(net, { port, host }, 'go'));
      fork(1);
      await listening(1);
      for (let i = 0; i < 10; i++) see('answer', await ask(net, { port, host }, 'go'));
      const ends = exited(second);
      await disconnectAll();
      see('end', await ends);
    },
    worker({ net }) {
      net
        .createServer((socket) => {
          socket.on('data', (data) => (String(data) === 'go' ? socket.end('gone') : socket.write('stays')));
          socket.on('error', () => {});
        })
        .listen(0, '127.0.0.1');
    },
  },

  maxConnections: {
    schedulingPolicy: SCHED_RR,
    async primary({ net, see }) {
      fork(2);
      const { port } = await listening(2);
      // Each worker takes one at a time: two that stay are on two workers.
      const ids = [];
      const clients = [];
      for (let i = 0; i < 2; i++) {
        const client = net.connect(port, '127.0.0.1');
        clients.push(client);
        ids.push(await new Promise((resolve) => client.setEncoding('utf8').once('data', resolve)));
      }
      see('ids', ids.sort());
      for (const client of clients) client.end();
      await disconnectAll();
      see('done');
    },
    worker({ cluster, net }) {
      const server = net.createServer((socket) => socket.write(`${cluster.worker.id}`));
      server.maxConnections = 1;
      server.listen(0, '127.0.0.1');
    },
  },

  closedBeforeAnswer: {
    async primary({ see }) {
      const [worker] = fork(1);
      worker.on('message', (said) => see(...said));
      see('exit', await exited(worker));
    },
    worker({ cluster, net, dgram, tell }) {
      const server = net.createServer();
      for (const event of ['listening', 'close', 'error']) server.on(event, () => tell('server', event));
      server.listen(0);
      server.close((error) => tell('server closed', error?.code ?? null));
      const udp = dgram.createSocket('udp4');
      for (const event of ['listening', 'close', 'error']) udp.on(event, () => tell('udp', event));
      udp.bind(0);
      udp.close(() => {
        tell('udp closed');
        // The primary's answers are on their way; a server that listens after them shows that they have come.
        net.createServer().listen(0, function onListening() {
          this.close();
          cluster.worker.disconnect();
        });
      });
    },
  },

  handedOver: {
    async primary({ net, see }) {
      const [worker] = fork(1);
      worker.on('message', (said) => see(...said));
      worker.once('online', async () => {
        // A listening handle as a message: the worker serves its connections.
        const server = net.createServer().listen(0, '127.0.0.1');
        await new Promise((resolve) => server.once('listening', resolve));
        const { port } = server.address();
        worker.send('server', server._handle);
        await tells(worker, 'serves');
        server.close();
        see('said', await ask(net, { port, host: '127.0.0.1' }, 'hello'));
      });
      see('exit', await exited(worker));
    },
    worker({ cluster, net, tell }) {
      process.on('message', (message, handle) => {
        if (message !== 'server') return;
        const server = net.createServer((socket) => {
          socket.on('data', (data) => socket.end(`got ${data}`));
          socket.on('close', () => server.close(() => cluster.worker.disconnect()));
        });
        server.listen(handle, () => tell('serves', server.listening, server.address().address));
      });
    },
  },

  datagrams: {
    async primary({ dgram, see }) {
      const workers = fork(2);
      const { port, address, addressType } = await listening(2);
      see('address', address, addressType, port > 0);
      const client = dgram.createSocket('udp4');
      // Each worker takes ten and closes: none of the others' is lost with it.
      const shares = workers.map((worker) => tells(worker, 'took'));
      for (let i = 0; i < 20; i++) {
        await new Promise((resolve) => client.send(`${i}`, port, '127.0.0.1', resolve));
      }
      const took = (await Promise.all(shares)).flatMap(([messages]) => messages);
      see(
        'took',
        took.map(Number).sort((a, b) => a - b),
      );
      client.close();
      await disconnectAll();
      see('done');
    },
    worker({ dgram, tell }) {
      const socket = dgram.createSocket('udp4');
      const taken = [];
      socket.on('message', (message) => {
        if (taken.push(`${message}`) < 10) return;
        socket.close();
        tell('took', taken);
      });
      socket.bind(0, '127.0.0.1');
    },
  },

  datagramErrors: {
    async primary({ dgram, see }) {
      const blocker = dgram.createSocket('udp4').bind(0, '127.0.0.1');
      await new Promise((resolve) => blocker.once('listening', resolve));
      const [worker] = fork(1, { PORT: blocker.address().port });
      worker.on('message', (said) => see(...said));
      see('exit', await exited(worker));
      blocker.close();
    },
    worker({ cluster, dgram, tell }) {
      const port = Number(process.env.PORT);
      const socket = dgram.createSocket('udp4');
      socket.on('error', (error) => {
        tell('error', told(error));
        // Not bound after all: another address is asked for.
        socket.bind(0, '127.0.0.1', () => {
          tell('bound', socket.address().address, socket.address().port > 0);
          socket.close(() => cluster.worker.disconnect());
        });
      });
      socket.bind(port, '127.0.0.1');
    },
  },

  datagramsExclusive: {
    async primary({ see }) {
      const workers = fork(2);
      const ports = await Promise.all(workers.map((worker) => tells(worker, 'port')));
      see('different', ports[0][0] !== ports[1][0]);
      await disconnectAll();
    },
    worker({ dgram, tell }) {
      const socket = dgram.createSocket('udp4');
      socket.bind({ port: 0, address: '127.0.0.1', exclusive: true }, () =>
        tell('port', socket.address().port),
      );
      // It is nobody's but its worker's: cluster does not close it.
      process.once('disconnect', () => socket.close());
    },
  },
};
