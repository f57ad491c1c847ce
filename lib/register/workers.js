'use strict';
// Where ferronet was not registered by a flag of node's, Node repeats none for workers and forked children. Here they
// get one.

const { syncBuiltinESMExports } = require('node:module');
const threads = require('node:worker_threads');

const flags = ['--require', require.resolve('../register.js')];

/** Starts a worker with the flags; or without, if it refuses one of the process's others. */
function construct(Worker, [file, options], newTarget) {
  const start = (given) => Reflect.construct(Worker, [file, given], newTarget);
  if (options?.execArgv) return start({ ...options, execArgv: [...flags, ...options.execArgv] });
  try {
    return start({ ...options, execArgv: process.execArgv });
  } catch (error) {
    if (error.code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return start({ ...options, execArgv: flags });
  }
}

/** From here on workers register, and forked children, which get process.execArgv. */
function passOn() {
  process.execArgv.push(...flags);
  threads.Worker = new Proxy(threads.Worker, { construct });
  syncBuiltinESMExports();
}

module.exports = { passOn };
