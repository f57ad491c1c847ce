'use strict';
// What runs in the watched process: one scenario, on one implementation, or one of its peers.
//   node program.js built-in|ferronet FAMILY NAME JSON        JSON: { scale, seed, fault }
//   node program.js peer FAMILY NAME JSON                     JSON: { role, options }

const fs = require('node:fs');
const path = require('node:path');
const { generator } = require('../__test__/helpers/generator.js');
const { CHANNEL } = require('./watch.js');

const [kind, family, name, json] = process.argv.slice(2);
const given = JSON.parse(json);
const scenario = require(path.join(__dirname, 'scenarios', `${family}.js`))[name];

/** Tells the watcher, and waits until it has looked: what it sees is what is now. */
function tell(line) {
  fs.writeSync(CHANNEL, `${JSON.stringify(line)}\n`);
  fs.readSync(CHANNEL, Buffer.alloc(1));
}

function modules() {
  if (kind === 'built-in') return { name: kind, net: require('node:net'), dgram: require('node:dgram') };
  const { net, dgram } = require('../index.js');
  if (given.fault) require('./faults.js').plant(given.fault);
  return { name: kind, net, dgram };
}

/** What a scenario's program gets. */
const context = () => ({
  ...modules(),
  fault: given.fault,
  scale: given.scale,
  seed: given.seed,
  ...generator(given.seed),
  /** `full` at scale 10, a tenth of it by default, never less than `least`. */
  times: (full, least = 1) => Math.max(least, Math.round((full * given.scale) / 10)),
  mark: (mark) => tell({ mark }),
  /** Starts a peer, which is a function of the scenario's `peers`, and waits until it is ready. */
  startPeer: (role, options = {}) => tell({ peer: role, options }),
});

async function runPeer() {
  const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const ended = new Promise((resolve) => process.stdin.resume().once('end', resolve));
  const report = await scenario.peers[given.role](given.options, () => say('ready'), ended);
  say(report ?? null);
  process.exit();
}

async function main() {
  if (kind === 'peer') return runPeer();
  const report = await scenario.program(context());
  if (report !== undefined) tell({ report });
}

main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(70);
});
