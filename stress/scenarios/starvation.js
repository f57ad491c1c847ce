'use strict';
// Beside a socket that is flooded, timers keep their time and other sockets their turn.

const { once } = require('node:events');
const { gone, listening, next, pair, target } = require('../../__test__/net/pairs.js');
const { floodConnections, floodTcp, floodUdp } = require('../floods.js');
const { setTimeout: sleep } = require('node:timers/promises');

/** A timer may come this late, in ms, at the 99th of 100. */
const LAG = 40;
const EVERY = 5;

/** How late timers come during `ms`, in ms, the latest last. */
async function timerLags(ms) {
  const lags = [];
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const due = performance.now() + EVERY;
    await sleep(EVERY);
    lags.push(performance.now() - due);
  }
  return lags.sort((a, b) => a - b);
}

/** Times of round trips over a connection of its own, in ms, until `stop()` is called. */
async function roundTrips(net) {
  const { server, client, peer } = await pair(net);
  peer.pipe(peer);
  const trips = [];
  let going = true;
  const done = (async () => {
    while (going) {
      const start = performance.now();
      const echo = next(client, 'data');
      client.write('x');
      await echo;
      trips.push(performance.now() - start);
      await sleep(1);
    }
    await Promise.all([gone(client), gone(peer)]);
    server.close();
  })();
  return async () => {
    going = false;
    await done;
    return trips.sort((a, b) => a - b);
  };
}

const quantile = (sorted, q) => Math.round(sorted[Math.floor((sorted.length - 1) * q)] * 10) / 10;

/** What timers and another socket see while `flooded()` counts the flood's events. */
async function measure({ net, times }, flooded) {
  const stop = await roundTrips(net);
  await sleep(300);
  const before = flooded();
  const lags = await timerLags(times(20_000, 2000));
  const events = flooded() - before;
  const trips = await stop();
  return { lag: quantile(lags, 0.99), worst: quantile(lags, 1), trip: quantile(trips, 0.99), events };
}

const common = {
  figure: ({ report }) =>
    `timers ${report.lag} ms late (worst ${report.worst}), round trip ${report.trip} ms, ${report.events} events`,
  judge(expect, { ours, builtin }) {
    // On a machine that is busy with something else the built-in's timers are late as well.
    expect.atMost('lag of timers in ms', ours.report.lag, Math.max(LAG, builtin.report.lag));
    expect.atMost('round trip in ms', ours.report.trip, Math.max(2 * LAG, 2 * builtin.report.trip));
    expect.atLeast('events of the flood', ours.report.events, builtin.report.events / 4);
  },
  attempts: 3,
  faults: ['blocks now and then'],
};

module.exports = {
  'beside a TCP flood': {
    async program(context) {
      let events = 0;
      const sockets = [];
      const server = await listening(
        context.net.createServer((socket) => {
          sockets.push(socket);
          socket.on('error', () => {}).on('data', () => events++);
        }),
      );
      context.startPeer('flood', { ...target(server), count: 1 });
      const report = await measure(context, () => events);
      await Promise.all(sockets.map(gone));
      server.close();
      return report;
    },
    peers: { flood: floodTcp },
    ...common,
  },
  'beside a UDP flood': {
    async program(context) {
      let events = 0;
      const socket = context.dgram.createSocket('udp4').on('message', () => events++);
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      context.startPeer('flood', { port: socket.address().port, size: 64 });
      const report = await measure(context, () => events);
      socket.close();
      return report;
    },
    peers: { flood: floodUdp },
    ...common,
  },
  'beside a flood of connections': {
    async program(context) {
      let events = 0;
      const sockets = new Set();
      const server = await listening(
        context.net.createServer((socket) => {
          events++;
          sockets.add(socket.on('error', () => {}).resume());
          socket.on('close', () => sockets.delete(socket));
        }),
      );
      context.startPeer('flood', { ...target(server), abreast: 50 });
      const report = await measure(context, () => events);
      server.close();
      for (const socket of sockets) socket.destroy();
      return report;
    },
    peers: { flood: floodConnections },
    ...common,
  },
};
