'use strict';
// A program of a cluster: `node program.js IMPLEMENTATION SCENARIO`, the primary and its workers. The primary and the
// clients are Node's own always; the workers' sockets are the implementation's. Prints a JSON line per thing seen.

const cluster = require('node:cluster');
const builtin = { net: require('node:net'), dgram: require('node:dgram') };
const scenarios = require('./scenarios.js');

const [implementation, name] = process.argv.slice(2);
const scenario = scenarios[name];

if (cluster.isPrimary) {
  if (scenario.schedulingPolicy) cluster.schedulingPolicy = scenario.schedulingPolicy;
  const see = (...seen) => process.stdout.write(`${JSON.stringify(seen)}\n`);
  scenario.primary({ cluster, ...builtin, see });
} else {
  const modules = implementation === 'ferronet' ? require('../../index.js') : builtin;
  scenario.worker({ cluster, net: modules.net, dgram: modules.dgram, tell: (...said) => process.send(said) });
}
