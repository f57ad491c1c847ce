'use strict';
// Handing sockets to another process: `node send-program.js IMPLEMENTATION SCENARIO`, which forks itself. With
// 'register' ferronet is registered by the command line and the modules are what `require` answers. Prints a JSON line
// per thing seen.

const { fork } = require('node:child_process');
const scenarios = require('./send-scenarios.js');

const [implementation, name, role] = process.argv.slice(2);
const { net, dgram } =
  implementation === 'ferronet'
    ? require('../../index.js')
    : { net: require('node:net'), dgram: require('node:dgram') };
const modules = { net, dgram };

if (role === 'child') {
  scenarios[name].child(modules);
} else {
  const see = (...seen) => process.stdout.write(`${JSON.stringify(seen)}\n`);
  const child = fork(__filename, [implementation, name, 'child']);
  child.on('exit', (code, signal) => see('child', code, signal));
  scenarios[name].parent({ ...modules, child, see, implementation });
}
