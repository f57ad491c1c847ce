'use strict';
// Every byte and every datagram arrives as it was sent.

const { once } = require('node:events');
const dgramExchange = require('../../__test__/dgram/exchange.js');
const { both } = require('../../__test__/net/exchange.js');
const { listening, target, withFolder } = require('../../__test__/net/pairs.js');

const BYTES = 256 * 1024;

/** One in so many events, by chance, is followed by an exception. */
const THROWS = 4;

/** Makes exceptions: says how many, and how many were told. */
function troublemaker({ below }) {
  const exceptions = { made: 0, told: 0 };
  const made = new Error('made up');
  process.on('uncaughtException', (error) => {
    if (error !== made) throw error;
    exceptions.told++;
  });
  const fail = () => {
    exceptions.made++;
    throw made;
  };
  /** Ticks of these events throw, and so does their last listener, which must be added before this is called. */
  const trouble = (emitter, { inTicks, inListeners = [] }) => {
    for (const event of inTicks) emitter.on(event, () => below(THROWS) > 0 || process.nextTick(fail));
    for (const event of inListeners) emitter.on(event, () => below(THROWS) > 0 || fail());
  };
  return { trouble, exceptions };
}

const STREAM_TROUBLE = { inTicks: ['data', 'drain', 'end', 'finish', 'close'], inListeners: ['data'] };
const noTrouble = { trouble: () => {} };

/** Both ends of `count` connections send and receive; says how many arrived otherwise than they left. */
async function conversations({ net, seed }, count, where, { trouble, exceptions } = noTrouble) {
  const atServer = new Map();
  const server = await listening(
    net.createServer({ allowHalfOpen: true }, (socket) => {
      // The first byte tells which client it is: a unix socket has no port to tell it by.
      socket.once('readable', async () => {
        const index = socket.read(2).readUInt16LE();
        const done = both(socket, seed + 1000 + index, BYTES);
        trouble(socket, STREAM_TROUBLE);
        atServer.get(index).resolve(await done);
      });
    }),
    ...where,
  );
  const clients = Array.from({ length: count }, async (_, index) => {
    const peer = new Promise((resolve) => atServer.set(index, { resolve }));
    const socket = net.connect({ ...target(server), allowHalfOpen: true });
    await once(socket, 'connect');
    socket.write(Buffer.from(Uint16Array.of(index).buffer));
    const done = both(socket, seed + index, BYTES);
    trouble(socket, STREAM_TROUBLE);
    const [here, there] = await Promise.all([done, peer]);
    const wrong = (sent, received) => received.hash !== sent || received.count !== BYTES;
    return wrong(here.sent, there.received) || wrong(there.sent, here.received);
  });
  const wrong = (await Promise.all(clients)).filter(Boolean).length;
  server.close();
  await once(server, 'close');
  return { count, wrong, megabytes: (count * 2 * BYTES) >> 20, exceptions };
}

const streams = {
  figure: ({ report }) => `${report.wrong} of ${report.count} harmed, ${report.megabytes} MiB`,
  judge: (expect, { ours }) => expect.equal('connections harmed', ours.report.wrong, 0),
  faults: ['loses a byte'],
};

const messages = {
  figure: ({ report }) => `${report.wrong} of ${report.count} harmed`,
  judge: (expect, { ours }) => expect.equal('datagrams harmed', ours.report.wrong, 0),
  faults: ['changes a datagram'],
};

/** The same scenario with exceptions all along, none of which may be lost either. */
const troubled = ({ figure, judge, faults }) => ({
  figure: (run) => `${figure(run)}, ${run.report.exceptions.told} exceptions`,
  judge: (expect, runs) => {
    judge(expect, runs);
    const { made, told } = runs.ours.report.exceptions;
    expect.equal('exceptions told', told, made);
    expect.atLeast('exceptions', made, 1);
  },
  faults,
});

/** Largest size of a burst and how many fit the smallest receive buffer that a system gives (212,992 bytes). */
const BURSTS = [
  [100, 25],
  [1600, 25],
  [65_508, 1],
];

async function datagrams({ dgram, times, below }, { trouble, exceptions } = noTrouble) {
  let [count, wrong] = [0, 0];
  for (const address of ['127.0.0.1', '::1']) {
    const [sender, receiver] = [
      await dgramExchange.bound(dgram, address),
      await dgramExchange.bound(dgram, address),
    ];
    for (const [limit, fitting] of BURSTS) {
      trouble(receiver, { inTicks: ['message'] });
      const bursts = Array.from({ length: times(1000) }, () =>
        Array.from({ length: fitting }, () => Buffer.alloc(below(limit), below(256))),
      );
      const sent = bursts.flat();
      const { got } = await dgramExchange.exchange(sender, receiver, address, bursts);
      receiver.removeAllListeners('message');
      count += sent.length;
      wrong += sent.filter((message, i) => !message.equals(got[i])).length;
    }
    await dgramExchange.end(sender, receiver);
  }
  return { count, wrong, exceptions };
}

module.exports = {
  'TCP, random chunks and half-closes': {
    program: (context) => conversations(context, context.times(1000), []),
    ...streams,
  },
  'unix sockets, random chunks and half-closes': {
    program: (context) => {
      const count = context.times(1000);
      // The system refuses at once what the backlog has no room for.
      return withFolder((folder) => conversations(context, count, [`${folder}/s`, count]));
    },
    ...streams,
  },
  'datagrams of all sizes': {
    program: (context) => datagrams(context),
    ...messages,
  },
  'TCP, while listeners and their ticks throw': {
    program: (context) => conversations(context, context.times(1000), [], troublemaker(context)),
    ...troubled(streams),
    faults: ['loses a byte', 'swallows exceptions'],
  },
  'datagrams, while ticks of their listeners throw': {
    program: (context) => datagrams(context, troublemaker(context)),
    ...troubled(messages),
  },
};
