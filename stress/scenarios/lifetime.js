'use strict';
// When and how processes, workers and environments end: as on the built-in, in the middle of anything.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { runNode, waitForLine } = require('../../__test__/helpers/children.js');
const { busy, modules, workers } = require('../../__test__/lifetime/busy.js');
const { listening, next } = require('../../__test__/net/pairs.js');

/** Processes at once. */
const ABREAST = 3;

/** What a fault of the self-test adds to a program's text. */
const planted = ({ fault }) =>
  fault ? `require(${JSON.stringify(path.join(__dirname, '..', 'faults.js'))}).plant('${fault}');` : '';

const count = (tally, what) => (tally[what] = (tally[what] ?? 0) + 1);

/** How a process ended, in a word or two. */
const endOf = ({ code, signal, stdout, stderr }) =>
  [signal ?? `code ${code}`, stdout.trim(), stderr.trim().slice(0, 500)].filter(Boolean).join(', ');

/** Does `run(i)` so many times, a few at once, and counts what they come to. */
async function tallyOf(times, run) {
  const tally = {};
  let started = 0;
  const row = async () => {
    while (started < times) count(tally, await run(started++));
  };
  await Promise.all(Array.from({ length: ABREAST }, row));
  return tally;
}

const compared = {
  figure: ({ report }) =>
    Object.entries(report)
      .map(([what, times]) => `${times} times ${what}`)
      .join('; '),
  judge: (expect, { ours, builtin }) => expect.equal('how they ended', ours.report, builtin.report),
};

const isBuiltin = (context) => context.name === 'built-in';

const exits = {
  program: (context) =>
    tallyOf(context.times(1000), async () => {
      const source = `const LIMIT = ${20 + context.below(2000)}; ${planted(context)} ${busy(isBuiltin(context))}
        function done() { process.exit(7); }`;
      return endOf(await runNode(['-e', source]));
    }),
  ...compared,
  faults: ['aborts at exit'],
};

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

const signals = {
  program: (context) =>
    tallyOf(context.times(300), async (i) => {
      const handled = i % 2 === 0 ? `process.on('SIGTERM', () => process.exit(3));` : '';
      const source = `const LIMIT = 200; ${planted(context)} ${handled} ${busy(isBuiltin(context))}
        function done() { console.log('ready'); }`;
      const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
      await waitForLine(child, /ready/);
      const sent = SIGNALS[(i >> 1) % SIGNALS.length];
      child.kill(sent);
      const [code, signal] = await next(child, 'close');
      return `${handled && 'handled '}${sent}: ${signal ?? code}`;
    }),
  ...compared,
  faults: ['catches signals'],
};

const onlyWorkers = {
  program: (context) =>
    tallyOf(context.times(100), async (i) => {
      const ending = [
        `function done() { process.exit(0); }`,
        `function done() { parentPort.postMessage('terminate me'); }`,
      ][i % 2];
      const source = workers('', `${planted(context)} ${ending}`, isBuiltin(context));
      return endOf(await runNode(['-e', source]));
    }),
  ...compared,
  faults: ['aborts at exit'],
};

const WORKER_ENDS = {
  'ended by itself': 'function done() { process.exit(0); }',
  threw: `function done() { throw new RangeError('mine'); }`,
  'was terminated': `function done() { require('node:worker_threads').parentPort.postMessage('terminate me'); }`,
};

const manyWorkers = {
  async program(context) {
    // Its reactor stays while those of the workers come and go.
    const anchor = await listening(context.net.createServer());
    const kinds = Object.keys(WORKER_ENDS);
    const live = async (i) => {
      const kind = kinds[i % kinds.length];
      const source = `const LIMIT = 50; ${planted(context)} ${busy(isBuiltin(context))} ${WORKER_ENDS[kind]}`;
      const worker = new Worker(source, { eval: true });
      let seen = '';
      worker.on('message', () => worker.terminate());
      worker.on('error', (error) => (seen += ` with ${error.message}`));
      const [code] = await next(worker, 'exit');
      return `${kind}${seen}: ${code}`;
    };
    await tallyOf(30, live);
    await turn();
    context.mark('warm');
    const tally = await tallyOf(context.times(300), live);
    await turn();
    context.mark('done');
    anchor.close();
    return tally;
  },
  ...compared,
  judge(expect, { ours, builtin }) {
    expect.equal('how they ended', ours.report, builtin.report);
    for (const key of ['descriptors', 'threads']) {
      expect.equal(key, ours.phase('done').first[key] - ours.phase('warm').first[key], 0);
    }
    const grown = (run) => run.phase('done').first.rss - run.phase('warm').first.rss;
    expect.atMost('growth in bytes', grown(ours), Math.max(0, grown(builtin)) + (32 << 20));
  },
  faults: ['aborts at exit'],
};

/** How a socket or server comes to a state; `it` is what is referenced or not. */
const STATES = {
  'a new socket': 'const it = new net.Socket(); go(it);',
  'a connecting socket': `serve((port) => { const it = net.connect(port, '127.0.0.1'); go(it); });`,
  'a connected socket': `serve((port) => { const it = net.connect(port, '127.0.0.1', () => go(it)); });`,
  'a reading socket': `serve((port) => { const it = net.connect(port, '127.0.0.1', () => go(it)).resume(); });`,
  'a paused socket': `serve((port) => { const it = net.connect(port, '127.0.0.1', () => go(it)).pause(); });`,
  'a socket that has ended': `serve((port) => { const it = net.connect(port, '127.0.0.1', () => { it.end(); go(it); }); });`,
  'a socket in a write': `serve((port) => {
      const it = net.connect(port, '127.0.0.1', () => { it.write(Buffer.alloc(1 << 24)); go(it); }); });`,
  'a destroyed socket': `serve((port) => { const it = net.connect(port, '127.0.0.1', () => { it.destroy(); go(it); }); });`,
  'a new server': 'const it = net.createServer(); go(it);',
  'a listening server': `const it = net.createServer().listen(0, '127.0.0.1', () => go(it));`,
  'a server about to listen': `const it = net.createServer().listen(0, '127.0.0.1'); go(it);`,
  'a closed server': `const it = net.createServer().listen(0, '127.0.0.1', () => { it.close(); go(it); });`,
  'a new UDP socket': `const it = dgram.createSocket('udp4'); go(it);`,
  'a bound UDP socket': `const it = dgram.createSocket('udp4'); it.bind(0, '127.0.0.1', () => go(it));`,
  'a binding UDP socket': `const it = dgram.createSocket('udp4'); it.bind(0, '127.0.0.1'); go(it);`,
  'a connected UDP socket': `const it = dgram.createSocket('udp4'); it.connect(9, '127.0.0.1', () => go(it));`,
  'a sending UDP socket': `const it = dgram.createSocket('udp4'); it.send('x', 9, '127.0.0.1'); go(it);`,
  'a closed UDP socket': `const it = dgram.createSocket('udp4'); it.bind(0, () => { it.close(); go(it); });`,
};

const REFERENCES = { 'left alone': '', 'unref()': '.unref()', 'unref().ref()': '.unref().ref()' };

const references = {
  async program(context) {
    const cases = Object.keys(STATES).flatMap((state) => Object.keys(REFERENCES).map((ref) => [state, ref]));
    const outcomes = {};
    while (cases.length > context.times(540)) cases.splice(context.below(cases.length), 1);
    await tallyOf(cases.length, async (i) => {
      const [state, ref] = cases[i];
      const source = `${planted(context)} ${modules(isBuiltin(context))}
        const go = (it) => { it.on('error', () => {}); it${REFERENCES[ref]}; };
        // The server itself keeps nothing alive; what it accepts neither.
        const serve = (use) => { const s = process.getBuiltinModule('net').createServer((c) => c.on('error', () => {}).unref());
          s.listen(0, '127.0.0.1', () => { s.unref(); use(s.address().port); }); };
        setTimeout(() => { console.log('stays'); process.exit(); }, 700).unref();
        ${STATES[state]}`;
      outcomes[`${state}, ${ref}`] = endOf(await runNode(['-e', source]));
    });
    return outcomes;
  },
  figure: ({ report }) => {
    const stays = Object.values(report).filter((end) => end.includes('stays')).length;
    return `${stays} of ${Object.keys(report).length} states keep the program`;
  },
  judge(expect, { ours, builtin }) {
    for (const name of Object.keys(builtin.report))
      expect.equal(name, ours.report[name], builtin.report[name]);
  },
  faults: ['lives on'],
};

const environments = {
  async program(context) {
    const COUNT = 4;
    const ROUNDS = context.times(5000);
    const source = `${planted(context)} ${modules(isBuiltin(context))}
      const { parentPort } = require('node:worker_threads');
      const server = net.createServer((socket) => socket.on('error', () => {}).pipe(socket));
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
      parentPort.on('message', (ports) => {
        if (ports === 'end') { server.close(); parentPort.close(); return; }
        let left = ports.length;
        for (const port of ports) {
          const socket = net.connect(port, '127.0.0.1', () => socket.write('0'));
          socket.setEncoding('latin1').on('data', (text) => {
            if (Number(text) === ${ROUNDS}) { socket.end(); if (--left === 0) parentPort.postMessage('done'); }
            else socket.write(String(Number(text) + 1));
          });
        }
      });`;
    const all = Array.from({ length: COUNT }, () => new Worker(source, { eval: true }));
    const ports = (await Promise.all(all.map((worker) => next(worker, 'message')))).map(([port]) => port);
    const done = all.map((worker) => next(worker, 'message'));
    for (const worker of all) worker.postMessage(ports);
    await Promise.all(done);
    const exits = all.map((worker) => once(worker, 'exit'));
    for (const worker of all) worker.postMessage('end');
    return { exits: (await Promise.all(exits)).flat(), rounds: ROUNDS * COUNT * COUNT };
  },
  figure: ({ report }) => `${report.rounds} round trips, exits ${report.exits}`,
  judge: (expect, { ours, builtin }) => expect.equal('report', ours.report, builtin.report),
  faults: ['lives on'],
};

const collected = {
  async program({ net, dgram, times, mark }) {
    const anchor = await listening(net.createServer());
    const make = async (rounds) => {
      for (let i = 0; i < rounds; i++) {
        new net.Socket().setTimeout(60_000);
        net.createServer();
        new net.Socket().on('error', () => {}).destroy();
        // Never bound, never closed, dropped: the reactor must not keep it.
        dgram.createSocket('udp4').ref();
        if (i % 100 === 0) await turn();
      }
      for (let i = 0; i < 4; i++) {
        await turn();
        globalThis.gc();
      }
      return process.memoryUsage().heapUsed;
    };
    const rounds = times(20_000);
    await make(rounds);
    const before = await make(rounds);
    mark('warm');
    const after = await make(rounds);
    mark('done');
    anchor.close();
    return { slope: Math.round((after - before) / rounds), rounds: 3 * rounds };
  },
  flags: ['--expose-gc'],
  // On a busy machine a collection now and then leaves a third more, in either.
  attempts: 3,
  figure: ({ report }) => `${report.rounds} dropped, ${report.slope} B of heap each`,
  judge(expect, { ours, builtin }) {
    expect.atMost('bytes of heap each', ours.report.slope, Math.max(40, builtin.report.slope + 40));
    expect.equal(
      'descriptors',
      ours.phase('done').first.descriptors - ours.phase('warm').first.descriptors,
      0,
    );
  },
  faults: ['keeps what is referenced'],
};

module.exports = {
  'exits in the middle of I/O': exits,
  'signals in the middle of I/O': signals,
  'programs in which only workers load it': onlyWorkers,
  'workers that end, throw and are terminated in the middle of I/O': manyWorkers,
  'ref and unref in every state': references,
  'several environments at once': environments,
  'sockets that are dropped': collected,
};
