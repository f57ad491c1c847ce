'use strict';
// No descriptor, no port, no membership is left: the built-in's errors, no busy loop, and all works again after.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const builtin = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { closed, gone, listening, next, target, withFolder } = require('../../__test__/net/pairs.js');

/** Runs with at most this many descriptors; Node has 20 to 30 of its own. */
const LIMIT = 80;
const withLimit = (argv) => ['sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh', ...argv];

const CROWD = 150;

const accept = {
  async program({ net, mark, startPeer }) {
    const sockets = [];
    const errors = [];
    const server = await listening(net.createServer({ pauseOnConnect: true }));
    server.on('connection', (socket) => sockets.push(socket));
    server.on('error', ({ code }) => errors.push(code));
    startPeer('crowd', target(server));
    await sleep(500);
    mark('exhausted');
    await sleep(2000);
    mark('recovering');
    const accepted = sockets.length;
    await Promise.all(sockets.map(gone));
    const connection = next(server, 'connection');
    const client = net.connect(target(server));
    const [peer] = await connection;
    peer.end('welcome');
    const [word] = await next(client, 'data');
    await Promise.all([gone(client), gone(peer), closed(server)]);
    return { accepted, errors, word: String(word) };
  },
  peers: {
    async crowd(to, ready, ended) {
      let shed = 0;
      const connects = Array.from({ length: CROWD }, () => {
        const socket = builtin.connect(to).on('error', () => {});
        socket.resume().on('close', () => shed++);
        return next(socket, 'connect');
      });
      await Promise.all(connects);
      ready();
      await sleep(2000);
      const seen = shed;
      await ended;
      return { shed: seen };
    },
  },
  wrap: withLimit,
  figure: (run) =>
    `${run.report.accepted} accepted, ${run.peers.crowd?.shed} sent away, CPU ${run.phase('exhausted').load.toFixed(1)} %`,
  judge(expect, { ours, builtin: theirs }) {
    expect.equal('errors of the server', ours.report.errors, theirs.report.errors);
    expect.equal('afterwards', ours.report.word, 'welcome');
    expect.equal('accepted and sent away', ours.report.accepted + ours.peers.crowd.shed, CROWD);
    expect.atMost('CPU while exhausted in %', ours.phase('exhausted').load, 1);
  },
  faults: ['spins', 'changes error codes'],
};

/** What an attempt came to: the first event, or what it threw. */
async function outcomeOf(emitter, good) {
  const events = [good, 'error'].map(async (event) => [event, ...(await next(emitter, event))]);
  const nothing = sleep(2000, ['nothing'], { ref: false });
  const [event, value] = await Promise.race([...events, nothing]);
  return event === 'error'
    ? [value.code, value.syscall, value.message.replace(/\d{4,5}/g, 'N').replace(/\/tmp\S*/, 'PATH')]
    : [event];
}

/** Every way to get a descriptor; resolves with what each came to, and leaves nothing open. */
async function attempts({ net, dgram }, { port, folder }) {
  const makers = {
    'connect to a port': () => [net.connect(port, '127.0.0.1'), 'connect', 'destroy'],
    'connect to a path': () => [net.connect(`${folder}/s`), 'connect', 'destroy'],
    'listen on a port': () => [net.createServer().listen(0, '127.0.0.1'), 'listening', 'close'],
    'listen on a path': () => [net.createServer().listen(`${folder}/mine`), 'listening', 'close'],
    'bind a UDP socket': () => [dgram.createSocket('udp4').bind(0, '127.0.0.1'), 'listening', 'close'],
    'bind a UDP socket of version 6': () => [dgram.createSocket('udp6').bind(0, '::1'), 'listening', 'close'],
  };
  const outcomes = {};
  for (const [name, make] of Object.entries(makers)) {
    try {
      const [emitter, good, end] = make();
      emitter.on('error', () => {});
      outcomes[name] = await outcomeOf(emitter, good);
      if (outcomes[name][0] !== good) continue;
      const close = next(emitter, 'close');
      emitter[end]();
      await close;
    } catch (error) {
      outcomes[name] = ['threw', error.code, error.message];
    }
  }
  return outcomes;
}

const others = (warm) => ({
  program: (context) =>
    withFolder(async (folder) => {
      const server = await listening(builtin.createServer((socket) => socket.on('error', () => {}).resume()));
      const path = await listening(builtin.createServer(), `${folder}/s`);
      const anchor = warm ? await listening(context.net.createServer()) : null;
      const where = { port: server.address().port, folder };
      const files = [];
      try {
        for (;;) files.push(fs.openSync('/dev/null'));
      } catch {
        // That was the last one.
      }
      context.mark('exhausted');
      const exhausted = await attempts(context, where);
      await sleep(1000);
      for (const file of files) fs.closeSync(file);
      context.mark('recovered');
      const recovered = await attempts(context, where);
      for (const one of [server, path, anchor]) one?.close();
      return { exhausted, recovered };
    }),
  wrap: withLimit,
  figure: (run) => {
    const failed = Object.values(run.report.exhausted).filter(([code]) => code === 'EMFILE');
    return `${failed.length} times EMFILE, CPU ${run.phase('exhausted').load.toFixed(1)} %`;
  },
  judge(expect, { ours, builtin: theirs }) {
    for (const name of Object.keys(theirs.report.exhausted)) {
      expect.equal(name, ours.report.exhausted[name], theirs.report.exhausted[name]);
      expect.equal(`${name}, afterwards`, ours.report.recovered[name], theirs.report.recovered[name]);
    }
  },
  faults: ['changes error codes'],
});

/** Linux lets a socket be in so many groups (net.ipv4.igmp_max_memberships). */
const memberships = {
  async program({ dgram }) {
    const socket = dgram.createSocket('udp4');
    const bound = next(socket, 'listening');
    socket.bind(0, '127.0.0.1');
    await bound;
    const results = [];
    const join = (i) => {
      try {
        results.push(String(socket.addMembership(`239.1.2.${i}`, '127.0.0.1')));
      } catch ({ code, message }) {
        results.push([code, message]);
      }
    };
    const most = Number(fs.readFileSync('/proc/sys/net/ipv4/igmp_max_memberships', 'utf8'));
    for (let i = 1; i <= Math.min(most + 3, 250); i++) join(i);
    socket.dropMembership('239.1.2.1', '127.0.0.1');
    join(251);
    socket.close();
    return results;
  },
  figure: ({ report }) => `${report.filter(([code]) => code === 'ENOBUFS').length} times ENOBUFS`,
  judge(expect, { ours, builtin: theirs }) {
    expect.equal('results', ours.report, theirs.report);
    expect.that(
      ours.report.some(([code]) => code === 'ENOBUFS'),
      'no ENOBUFS',
    );
  },
  faults: ['changes error codes'],
};

const FIRST_PORT = 40_000;
const PORTS = 8;

const ports = {
  async program({ net, dgram }) {
    const fixed = net.createServer((socket) => socket.on('error', () => {}).resume());
    await listening(fixed, FIRST_PORT - 1, '127.0.0.1');
    const brief = ([event, ...rest]) => [event, ...rest];
    async function takeAll(make, good, end) {
      const taken = [];
      const outcomes = [];
      for (let i = 0; i <= PORTS; i++) {
        const emitter = make().on('error', () => {});
        outcomes.push(brief(await outcomeOf(emitter, good)));
        taken.push(emitter);
      }
      for (const emitter of taken.slice(0, PORTS)) {
        const close = next(emitter, 'close');
        emitter[end]();
        await close;
      }
      return outcomes;
    }
    const makers = [
      [() => net.createServer().listen(0, '127.0.0.1'), 'listening', 'close'],
      [() => dgram.createSocket('udp4').bind(0, '127.0.0.1'), 'listening', 'close'],
      [() => net.connect(FIRST_PORT - 1, '127.0.0.1'), 'connect', 'resetAndDestroy'],
    ];
    const results = [];
    // Twice: the second time shows that it works again.
    for (const maker of [...makers, ...makers]) results.push(await takeAll(...maker));
    fixed.close();
    return results;
  },
  wrap: (argv) => [
    'unshare',
    '--net',
    'sh',
    '-c',
    `ip link set lo up; echo ${FIRST_PORT} ${FIRST_PORT + PORTS - 1} > /proc/sys/net/ipv4/ip_local_port_range; exec "$@"`,
    'sh',
    ...argv,
  ],
  missing: () =>
    spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0
      ? undefined
      : 'needs root and ip(8) for a network namespace',
  figure: ({ report }) => report.map((outcomes) => outcomes.at(-1)[0]).join(' '),
  judge(expect, { ours, builtin: theirs }) {
    expect.equal('outcomes', ours.report, theirs.report);
    expect.that(
      ours.report.every((outcomes) => outcomes.at(-1)[0].startsWith('EADDR')),
      'ports were left',
    );
  },
  faults: ['changes error codes'],
};

module.exports = {
  'no descriptor to accept with': accept,
  'no descriptor to connect or bind with': others(true),
  'no descriptor for the first socket of all': others(false),
  'no membership is left': memberships,
  'no ephemeral port is left': ports,
};
