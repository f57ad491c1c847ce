'use strict';
// Programs written for the built-ins see the same with register and without, and with it none of Node's own sockets
// is behind them.

const path = require('node:path');
const test = require('ava');
const { register, runNode } = require('../helpers/children.js');

/** The scenarios of programs/*. */
const programs = {
  'http.js': [
    'aborts',
    'chunked',
    'closing',
    'failures',
    'identity',
    'interim',
    'keepAlive',
    'large',
    'overPath',
    'pipelining',
    'timeouts',
    'tunnel',
    'upgrade',
    'viaFetch',
  ],
  'tls.js': [
    'backPressure',
    'conversation',
    'failures',
    'halfOpen',
    'idle',
    'large',
    'names',
    'overPath',
    'resetLater',
    'sessions',
    'startTls',
    'transports',
    'viaHttps',
  ],
  'http2.js': [
    'compat',
    'conversation',
    'conversation over TLS',
    'endings',
    'endings over TLS',
    'large',
    'large over TLS',
    'ownSocket',
    'unref',
    'unref over TLS',
  ],
  'processes.js': ['channel', 'exits', 'forks', 'pipes', 'standardStreams', 'workers'],
  'module.mjs': ['classes', 'names', 'use'],
};

/** Pipes to children are the built-in's. */
const withChildren = ['processes.js', 'module.mjs'];

/** The kinds of native sockets in the lines that the processes of a program end with. */
function natives(stderr) {
  return [...stderr.matchAll(/^native: (.*)$/gm)].flatMap(([, kinds]) => kinds.split(' ').filter(Boolean));
}

for (const [program, scenarios] of Object.entries(programs)) {
  const file = path.join(__dirname, 'programs', program);
  const flag = program.endsWith('.mjs') ? '--import' : '-r';
  const allowed = withChildren.includes(program) ? ['PIPEWRAP'] : [];
  for (const scenario of scenarios) {
    // One after the other: some look at timers, and a busy machine reorders them.
    test.serial(`${program}: ${scenario}`, async (t) => {
      const [expected, actual] = await Promise.all([
        runNode([file, scenario]),
        runNode([flag, register, file, scenario]),
      ]);
      t.is(actual.stdout, expected.stdout, actual.stderr);
      t.is(actual.code, 0, actual.stderr);
      t.is(expected.code, 0, expected.stderr);
      t.regex(actual.stdout, /^[\w/ ]+: /m, 'it saw something');
      t.deepEqual(
        natives(actual.stderr).filter((kind) => !allowed.includes(kind)),
        [],
      );
    });
  }
}

test.serial('the programs would see sockets of Node', async (t) => {
  const { stderr } = await runNode([path.join(__dirname, 'programs', 'http.js'), 'keepAlive']);
  t.deepEqual(natives(stderr), ['TCPCONNECTWRAP', 'TCPSERVERWRAP', 'TCPWRAP']);
});
