'use strict';
// Programs in a process of their own, watched from outside.

const { spawn } = require('node:child_process');
const { tmpdir } = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');
const register = path.join(root, 'lib', 'register.js');

/** A machine, or a core, that is slower than others by so much has the tests' programs take as much longer. */
const patience = Number(process.env.FERRONET_TEST_PATIENCE ?? 1);

/** What tests read is text without colours, which some tools write to a pipe too where CI or FORCE_COLOR is set. */
const { FORCE_COLOR, ...uncoloured } = { ...process.env, NO_COLOR: '1' };

/**
 * Runs node with `args` and collects what it prints. Resolves with { code, signal, stdout, stderr }.
 * A process that does not end within `timeout` ms (times `patience`) is killed, and its signal says so.
 */
function runNode(args, { input, env, cwd, timeout = 20_000, node = process.execPath } = {}) {
  return new Promise((resolve, reject) => {
    const limits = { timeout: timeout * patience, killSignal: 'SIGKILL' };
    const child = spawn(node, args, { cwd, env: { ...uncoloured, ...env }, ...limits });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (text) => (out[name] += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...out }));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

/** Runs a program's text, with net and dgram answered by ferronet or, on `builtin`, by Node. */
function runProgram(source, { builtin = false, ...options } = {}) {
  return runNode([...(builtin ? [] : ['-r', register]), '-e', source], { cwd: tmpdir(), ...options });
}

/** A line of a child's output that matches `pattern`, as soon as it comes. */
function waitForLine(child, pattern, stream = 'stdout') {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk) => {
      text += chunk;
      const match = text.match(pattern);
      if (match) {
        child[stream].off('data', onData);
        resolve(match);
      }
    };
    child[stream].on('data', onData);
    child.once('close', (code) => reject(new Error(`ended with ${code} before ${pattern}: ${text}`)));
  });
}

module.exports = { patience, register, root, runNode, runProgram, waitForLine };
