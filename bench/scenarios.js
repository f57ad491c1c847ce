'use strict';
// What is measured. A scenario names the program under test and the load, and says how one run's figures are
// read from what both report. `value` is the figure, `messages` what the CPU time is divided by, `sent` and
// `delivered` say what was lost.

const MEGABYTE = 1e6;

/** The load acts on a program that serves. */
function served(name, { unit, lowerIsBetter = false, program, load, read }) {
  return { name, unit, lowerIsBetter, kind: 'served', program: [program], load, read };
}

/** The program sends to the load's receiver. */
function sent(name, { mode, size, receiver = [] }) {
  return {
    name,
    unit: 'sent/s',
    lowerIsBetter: false,
    kind: 'sent',
    program: ['udp-send.js', mode],
    size,
    load: ['udp-receive', '--size', String(size), ...receiver],
    read: (program, load) => ({
      value: program.messages / program.seconds,
      messages: program.messages,
      sent: program.messages,
      delivered: load.messages,
    }),
  };
}

const latency = (_program, load) => ({ value: load.p50, messages: load.messages });
const rate = (_program, load) => ({ value: load.rate, messages: load.messages });
/** One "message" is a megabyte. */
const bytes = (_program, load) => ({
  value: load.bytes / MEGABYTE / load.seconds,
  messages: load.bytes / MEGABYTE,
});
const received = (program, load) => ({
  value: program.messages / load.seconds,
  messages: program.messages,
  sent: load.messages,
  delivered: program.messages,
});

function udpReceive(name, load, extra) {
  return served(name, { unit: 'recv/s', program: 'udp-receive.js', load, read: received, ...extra });
}

const microseconds = { unit: 'µs', lowerIsBetter: true, read: latency };

module.exports = [
  served('TCP ping-pong 64 B, p50', { ...microseconds, program: 'tcp-echo.js', load: ['tcp-ping-pong'] }),
  ...[50, 500].map((connections) =>
    served(`TCP echo 64 B, ${connections} connections`, {
      unit: 'msg/s',
      program: 'tcp-echo.js',
      load: ['tcp-echo', '--connections', String(connections)],
      read: rate,
    }),
  ),
  served('TCP sink', { unit: 'MB/s', program: 'tcp-sink.js', load: ['tcp-write'], read: bytes }),
  served('TCP source', { unit: 'MB/s', program: 'tcp-source.js', load: ['tcp-read'], read: bytes }),
  served('UDP ping-pong 64 B, p50', { ...microseconds, program: 'udp-echo.js', load: ['udp-ping-pong'] }),
  // Loopback has no network card that would cut runs: the kernel does it on the sender's time when the
  // receiver does not take them whole. Both receivers are measured.
  sent('UDP send bursts 64 B', { mode: 'burst', size: 64, receiver: ['--gro'] }),
  sent('UDP send bursts 64 B, plain receiver', { mode: 'burst', size: 64 }),
  sent('UDP send bursts 1200 B', { mode: 'burst', size: 1200, receiver: ['--gro'] }),
  sent('UDP send one at a time 64 B', { mode: 'single', size: 64 }),
  udpReceive('UDP receive 64 B, GSO sender', ['udp-send-gso', '--size', '64']),
  udpReceive('UDP receive 1200 B, GSO sender', ['udp-send-gso', '--size', '1200']),
  udpReceive('UDP receive 64 B, plain sender', ['udp-send-plain', '--size', '64']),
  // The rate is given, so only the CPU time can differ.
  udpReceive('UDP receive 64 B, 100,000/s', ['udp-send-rate', '--rate', '100000'], { judgedBy: 'cpu' }),
];
