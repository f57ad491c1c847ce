'use strict';
// The command: npx ferronet <script>.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('ava');
const { runNode } = require('../helpers/children.js');
const manifest = require('../../package.json');

const command = path.join(__dirname, '..', '..', manifest.bin.ferronet);
test.before((t) => {
  t.context.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferronet-command-'));
});
test.after.always((t) => fs.rmSync(t.context.folder, { recursive: true, force: true }));

const program = (name) => path.join(__dirname, 'programs', name);

test('a script runs as the main module, with its arguments, and so do its workers and children', async (t) => {
  const { code, stdout, stderr } = await runNode([
    command,
    program('command.js'),
    '--an',
    'argument',
    'info',
  ]);
  t.is(stderr, '');
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { main: true, script: true, rest: ['--an', 'argument', 'info'] },
      { swapped: true, worker: true, forked: true },
    ],
  );
  t.is(code, 7);
});

test('under node alone the same script has the built-ins', async (t) => {
  const { stdout } = await runNode([program('command.js')]);
  t.deepEqual(JSON.parse(stdout.trim().split('\n')[1]), { swapped: false, worker: false, forked: false });
});

test('an ES module runs too, and the extension may be left out', async (t) => {
  const expected = await runNode([program('module.mjs'), 'use']);
  const actual = await runNode([command, program('module.mjs'), 'use']);
  t.is(actual.stdout, expected.stdout);
  t.is(actual.code, 0, actual.stderr);
  t.is((await runNode([command, program('command')])).code, 7);
});

test('a worker has the flags of its own besides', async (t) => {
  const file = JSON.stringify(program('command.js'));
  const source = `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(${file}, { execArgv: ['--no-warnings'] });
    worker.on('message', (swapped) => console.log(swapped, worker instanceof Worker));`;
  const script = path.join(t.context.folder, 'flags.js');
  fs.writeFileSync(script, source);
  const { stdout, stderr } = await runNode([command, script]);
  t.is(stdout, 'true true\n', stderr);
});

test('--version, --help and info answer on stdout', async (t) => {
  t.is((await runNode([command, '--version'])).stdout, `${manifest.version}\n`);
  t.regex((await runNode([command, '--help'])).stdout, /^Usage: ferronet <script>[\s\S]*^ +ferronet bench /m);
  const { code, stdout } = await runNode([command, 'info']);
  t.is(code, 0);
  const facts = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/: +/)),
  );
  t.is(facts.ferronet, manifest.version);
  t.regex(facts.node, new RegExp(`^v\\d.*${process.platform}`));
  t.regex(facts['native core'], /\.node$/);
  t.regex(facts.waiter, /^(nested|follower)$/);
  for (const feature of ['recvmmsg', 'UDP_GRO', 'UDP_SEGMENT']) t.regex(facts[feature], /^(yes|no)$/);
});

test('the waiter that the environment asks for is the one that info names', async (t) => {
  const { stdout } = await runNode([command, 'info'], { env: { FERRONET_WAITER: 'follower' } });
  t.regex(stdout, /^waiter: +follower$/m);
});

test('without a script, with one that is not there, and with an option of node, it says so', async (t) => {
  const none = await runNode([command]);
  t.regex(none.stderr, /^Usage: /);
  t.is(none.code, 1);
  const missing = await runNode([command, 'no-such-script.js']);
  t.regex(missing.stderr, /^ferronet: there is no script .*no-such-script\.js\n$/);
  t.is(missing.code, 1);
  const option = await runNode([command, '--inspect', program('command.js')]);
  t.regex(option.stderr, /^ferronet: unknown option --inspect; .*NODE_OPTIONS/);
  t.is(option.code, 9);
  for (const { stdout } of [none, missing, option]) t.is(stdout, '');
});

test('a script that throws ends as under node', async (t) => {
  const script = path.join(t.context.folder, 'throws.js');
  fs.writeFileSync(script, "throw new TypeError('thrown by a test')");
  const { code, stderr } = await runNode([command, script]);
  t.is(code, 1);
  t.regex(stderr, /TypeError: thrown by a test/);
});
