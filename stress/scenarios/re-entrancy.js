'use strict';
// Every method inside every event and callback, and listeners and callbacks that throw there: what is seen until the
// end is what the built-in shows.

const { setTimeout: sleep } = require('node:timers/promises');
const { makeBarrier } = require('../../__test__/net/conversations.js');
const { SOCKET_EVENTS, freePort, gone, next, record } = require('../../__test__/net/pairs.js');
const { traceOf } = require('../../__test__/helpers/trace.js');
const { shareOf, steady } = require('../agreement.js');

function throwIt() {
  throw new RangeError('made up');
}

/** What is done to a net.Socket inside an event. */
const onSocket = {
  'write()': (s) => s.write('more'),
  'end()': (s) => s.end('last'),
  'destroy()': (s) => s.destroy(),
  'destroy(error)': (s) => s.destroy(new Error('mine')),
  'destroySoon()': (s) => s.destroySoon(),
  'resetAndDestroy()': (s) => s.resetAndDestroy(),
  'pause() and resume()': (s) => {
    s.pause();
    setImmediate(() => s.resume());
  },
  'read()': (s) => s.read(),
  'setTimeout()': (s) => s.setTimeout(60_000).setTimeout(0),
  'setEncoding()': (s) => s.setEncoding('latin1'),
  'options()': (s) => s.setNoDelay().setKeepAlive(true),
  'cork() and uncork()': (s) => {
    s.cork();
    s.write('a');
    s.write('b');
    process.nextTick(() => s.uncork());
  },
  'address()': (s) => s.address(),
  'unref() and ref()': (s) => s.unref().ref(),
  'removeAllListeners()': (s) => s.removeAllListeners('data'),
  'emit(error)': (s) => s.emit('error', new Error('emitted')),
  'throw()': throwIt,
};

const onServer = {
  'close()': (s) => s.close(),
  'listen()': (s) => s.listen(0, '127.0.0.1'),
  'getConnections()': (s) => s.getConnections(() => {}),
  'address()': (s) => s.address(),
  'unref() and ref()': (s) => s.unref().ref(),
  'throw()': throwIt,
};

const onUdp = {
  'send()': (s) => s.send('again', s.address().port, '127.0.0.1'),
  'bind()': (s) => s.bind(0, '127.0.0.1'),
  'connect()': (s) => s.connect(s.address().port, '127.0.0.1'),
  'disconnect()': (s) => s.disconnect(),
  'close()': (s) => s.close(),
  'address()': (s) => typeof s.address().port,
  'remoteAddress()': (s) => typeof s.remoteAddress().port,
  'unref() and ref()': (s) => s.unref().ref() === s,
  'setTTL()': (s) => s.setTTL(3),
  'setBroadcast()': (s) => s.setBroadcast(true),
  'addMembership()': (s) => s.addMembership('239.3.2.1', '127.0.0.1'),
  'getSendQueueCount()': (s) => s.getSendQueueCount(),
  'throw()': throwIt,
};

const CLIENT_PLACES = [
  ...[
    'lookup',
    'connectionAttempt',
    'connect',
    'ready',
    'data',
    'drain',
    'end',
    'prefinish',
    'finish',
    'close',
  ],
  ...['the lookup function', 'the connect listener', 'a write callback', 'the end callback', 'onread'],
];
const PEER_PLACES = ['data', 'drain', 'end', 'finish', 'close', 'a write callback'];
const SERVER_PLACES = ['listening', 'connection', 'close', 'the close callback', 'getConnections'];
const UDP_PLACES = [
  'listening',
  'message',
  'connect',
  'close',
  'the bind callback',
  'a send callback',
  'the close callback',
];

const cross = (who, places, calls) =>
  places.flatMap((place) => Object.keys(calls).map((call) => ({ who, place, call })));

const TCP_CASES = [
  ...cross('client', CLIENT_PLACES, onSocket),
  ...cross('peer', PEER_PLACES, onSocket),
  ...cross('server', SERVER_PLACES, onServer),
  ...cross('refused client', ['connectionAttemptFailed', 'error', 'close'], onSocket),
];
const UDP_CASES = cross('udp', UDP_PLACES, onUdp);

const nameOf = ({ who, place, call }) => `${call} in ${place} of the ${who}`;

/** Does the case's call once, when `act(who, place, target)` is at its place; what it says goes to the log. */
function actor({ who, place, call }, calls, logs) {
  let done = false;
  return (at, where, emitter) => {
    if (done || at !== who || where !== place) return;
    done = true;
    const log = (logs[at] ??= []);
    log.push(['calls', call]);
    try {
      const answer = calls[call](emitter);
      log.push([
        'answer',
        answer === emitter ? 'itself' : answer && typeof answer === 'object' ? 'an object' : answer,
      ]);
    } catch (error) {
      if (call === 'throw()') throw error;
      log.push(['threw', error]);
    }
  };
}

/** Records an emitter, and acts in its events. */
function follow(emitter, who, events, logs, act) {
  const log = record(emitter, events);
  // What the actor says and what the emitter says are one list.
  if (logs[who]) log.unshift(...logs[who]);
  logs[who] = log;
  for (const event of events) emitter.on(event, () => act(who, event, emitter));
}

/** A conversation with every event: both greet, the client says bye and ends, the server's side follows. */
async function converse({ net }, logs, act, { place }, barrier) {
  const server = net.createServer();
  // Before the listeners that may throw.
  const isListening = next(server, 'listening');
  follow(server, 'server', ['listening', 'connection', 'close', 'error'], logs, act);
  server.on('connection', (peer) => {
    // An answer, so that it is never there already when the client gives up: that would be a reset, by chance.
    peer.once('data', () => peer.write('welcome', () => act('peer', 'a write callback', peer)));
    follow(peer, 'peer', ['data', ...SOCKET_EVENTS], logs, act);
  });
  server.listen(0, '127.0.0.1');
  await isListening;
  // Closed in 'listening': there is nobody to connect to.
  if (!server.address()) return [server];
  server.getConnections(() => act('server', 'getConnections', server));
  let client;
  const lookup = (_host, _options, callback) =>
    process.nextTick(() => {
      act('client', 'the lookup function', client);
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    });
  const onread = { buffer: Buffer.alloc(100), callback: () => act('client', 'onread', client) ?? true };
  client = net.connect({
    port: server.address().port,
    host: 'a.name.example',
    lookup,
    highWaterMark: 4,
    ...(place === 'onread' && { onread }),
  });
  follow(client, 'client', [...(place === 'onread' ? [] : ['data']), ...SOCKET_EVENTS], logs, act);
  client.once('connect', () => act('client', 'the connect listener', client));
  client.write('greetings', () => act('client', 'a write callback', client));
  await barrier.pass(6);
  client.end('bye', () => act('client', 'the end callback', client));
  await barrier.pass(6);
  server.close(() => act('server', 'the close callback', server));
  await barrier.pass(4);
  return [client, server];
}

async function beRefused({ net }, logs, act, _case, barrier) {
  const client = net.connect(await freePort(net), '127.0.0.1');
  follow(client, 'refused client', SOCKET_EVENTS, logs, act);
  await barrier.pass(8);
  return [client];
}

async function exchangeDatagrams({ dgram }, logs, act, { place }, barrier) {
  const socket = dgram.createSocket('udp4');
  follow(socket, 'udp', ['listening', 'connect', 'message', 'close', 'error'], logs, act);
  socket.bind(0, '127.0.0.1', () => act('udp', 'the bind callback', socket));
  await barrier.pass(3);
  const attempt = (step) => {
    try {
      step();
    } catch (error) {
      logs.udp.push(['refuses', error]);
    }
  };
  attempt(() =>
    socket.send('one', socket.address().port, '127.0.0.1', () => act('udp', 'a send callback', socket)),
  );
  await barrier.pass(3);
  if (place === 'connect') attempt(() => socket.connect(socket.address().port, '127.0.0.1'));
  await barrier.pass(3);
  attempt(() => socket.close(() => act('udp', 'the close callback', socket)));
  await barrier.pass(3);
  return [socket];
}

const play = {
  client: converse,
  peer: converse,
  server: converse,
  'refused client': beRefused,
  udp: exchangeDatagrams,
};
const callsOf = {
  client: onSocket,
  peer: onSocket,
  server: onServer,
  'refused client': onSocket,
  udp: onUdp,
};

/** A message from itself names its own port, and a size of a Buffer its pool's. */
const plain = (logs) =>
  Object.fromEntries(
    Object.entries(logs).map(([who, log]) => [
      who,
      log.map(([event, ...values]) => [
        event,
        ...values.map((value) => (value?.on && value?.emit ? 'an emitter' : value)),
      ]),
    ]),
  );

async function outcomeOf(modules, one, uncaught) {
  const barrier = await makeBarrier(modules.net);
  const trace = await traceOf(modules, async (_modules, see) => {
    const logs = { uncaught: uncaught.begin() };
    const act = actor(one, callsOf[one.who], logs);
    const left = await play[one.who](modules, logs, act, one, barrier);
    see(plain(logs));
    for (const emitter of left) await endOf(emitter);
  });
  await barrier.close();
  return JSON.stringify(trace);
}

/** Ends what a case left open. */
async function endOf(emitter) {
  emitter.removeAllListeners().on('error', () => {});
  if (emitter.destroy) return emitter.closed || gone(emitter);
  const close = next(emitter, 'close');
  try {
    emitter.close();
    await Promise.race([close, sleep(200, null, { ref: false })]);
  } catch {
    // It was closed already.
  }
}

/** Collects exceptions that nobody catches, for the case that is under way. */
function collector() {
  let log = [];
  process.on('uncaughtException', (error) => log.push(['uncaught', error]));
  return { begin: () => (log = []) };
}

/** The built-in itself fails in some cases, such as destroy() in 'connectionAttempt'; nothing is to be compared then. */
const OWN_FAILURE = /TypeError.{0,20}Cannot read properties of null/;

/** A case that has not ended by then, in ms, does not. */
const STUCK = 5000;

const scenario = (cases, most) => ({
  async program({ name, net, dgram, times, below }) {
    const uncaught = collector();
    const outcomes = {};
    const rest = [...cases];
    for (let left = Math.min(times(most, 100), cases.length); left > 0; left--) {
      const [one] = rest.splice(below(rest.length), 1);
      const run = () =>
        Promise.race([outcomeOf({ net, dgram }, one, uncaught), sleep(STUCK, 'stuck', { ref: false })]);
      const outcome = await (name === 'built-in' ? steady(run) : run());
      outcomes[nameOf(one)] = OWN_FAILURE.test(outcome) ? null : outcome;
    }
    return outcomes;
  },
  line({ ours, builtin }) {
    const { same, count } = shareOf(ours.report, builtin.report);
    return `${same} of ${count} cases agree`;
  },
  judge: (expect, { ours, builtin }) => expect.share('agree', shareOf(ours.report, builtin.report), 0.99),
  faults: ['swallows exceptions', 'skips close after an exception'],
});

module.exports = {
  'calls and throws inside the events of streams': scenario(TCP_CASES, 1500),
  'calls and throws inside the events of UDP sockets': scenario(UDP_CASES, 900),
};
