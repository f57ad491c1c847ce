'use strict';
// A program of a cluster: `node program.js IMPLEMENTATION SCENARIO`, the primary and its workers. With 'ferronet' the
// workers' sockets are ferronet's, and the primary's and its clients' Node's own; with 'register' ferronet is registered
// in all of them by the command line. Prints a JSON line per thing seen.

const cluster = require('node:cluster');
const builtin = { net: require('node:net'), dgram: require('node:dgram') };
const scenarios = require('./scenarios.js');

const [implementation, name] = process.argv.slice(2);
const scenario = scenarios[name];

if (implementation === 'register' && builtin.net.Socket !== require('../../index.js').Socket) {
  throw new Error('ferronet is not registered');
}

if (cluster.isPrimary) {
  if (scenario.schedulingPolicy) cluster.schedulingPolicy = scenario.schedulingPolicy;
  const see = (...seen) => process.stdout.write(`${JSON.stringify(seen)}\n`);
  scenario.primary({ cluster, ...builtin, see });
} else {
  const modules = implementation === 'ferronet' ? require('../../index.js') : builtin;
  scenario.worker({ cluster, net: modules.net, dgram: modules.dgram, tell: (...said) => process.send(said) });
}
