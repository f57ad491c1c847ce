'use strict';
// One integration: the same program on the built-in and on ferronet, compared.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const TIMEOUT = 120_000;

/** Node's own sockets, as async_hooks names them. TLSWRAP alone is no socket: it encrypts for one. */
const BUILTIN = /^(TCP|PIPE|UDP)/;
const OURS = /^FERRONET_(TCP|PIPE|UDP)/;

/**
 * Runs a program to its end: { code, signal, stdout, stderr, types }. Its output goes to files, so that no pipe of
 * the built-in is seen in it.
 */
async function runProgram(program, { node, folder, servers, flags }) {
  const stage = fs.mkdtempSync(path.join(folder, 'program-'));
  const file = (name) => path.join(stage, name);
  const output = ['stdout', 'stderr'].map((name) => fs.openSync(file(name), 'w'));
  // Deprecations are the libraries' affair, and their warnings name the process.
  const recorded = ['--no-deprecation', '-r', path.join(__dirname, 'record.js'), ...flags];
  const args = [...recorded, path.join(__dirname, 'driver.js')];
  args.push(path.join(folder, 'programs', `${program}.js`), JSON.stringify({ servers, folder: stage }));
  const child = spawn(node, args, {
    cwd: folder,
    env: { ...process.env, ECOSYSTEM_TYPES: file('types'), NODE_ENV: 'production' },
    stdio: ['ignore', ...output],
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...end) => resolve(end));
  });
  output.forEach(fs.closeSync);
  const read = (name) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), 'utf8') : '');
  const types = JSON.parse(read('types') || '{}');
  return { code, signal, stdout: read('stdout'), stderr: read('stderr'), types };
}

/** The first line in which two outputs differ, for a report. */
function difference(expected, actual) {
  const [theirs, ours] = [expected, actual].map((text) => text.split('\n'));
  const line = theirs.findIndex((text, index) => text !== ours[index]);
  if (line < 0 && theirs.length === ours.length) return null;
  const at = line < 0 ? theirs.length : line;
  return `line ${at + 1}:\n    built-in: ${theirs[at]}\n    ferronet: ${ours[at]}`;
}

/** Why a run by itself is no success, or null. */
function failure(name, { code, signal, stdout, stderr }) {
  if (signal)
    return `${name}: ended by ${signal} after ${TIMEOUT / 1000} s; the last it saw: ${tail(stdout)}`;
  if (code !== 0) return `${name}: ended with ${code} after ${tail(stdout)}: ${stderr.trim().slice(0, 2000)}`;
  return null;
}

const tail = (text) => text.trim().split('\n').slice(-2).join(' ');

/** Why the sockets were not those that they should be, or null. */
function foreign(sockets, onBuiltin, onFerronet) {
  const found = (types, pattern) => Object.keys(types).filter((type) => pattern.test(type));
  if (found(onBuiltin, OURS).length > 0) return `built-in: ${found(onBuiltin, OURS)} seen`;
  if (found(onFerronet, BUILTIN).length > 0) return `ferronet: ${found(onFerronet, BUILTIN)} seen`;
  for (const kind of sockets) {
    if (!found(onBuiltin, BUILTIN).some((type) => type.startsWith(kind))) return `built-in: no ${kind} seen`;
    const ours = `FERRONET_${kind}`;
    if (!found(onFerronet, OURS).some((type) => type.startsWith(ours))) return `ferronet: no ${ours} seen`;
  }
  return null;
}

/** Runs an integration on both: { problem, types, lines }, where a problem of null is a success. */
async function runIntegration({ name, sockets }, { node, folder, withServers }) {
  const runs = {};
  for (const [side, flags] of Object.entries({ builtin: [], ferronet: ['-r', 'ferronet/register'] })) {
    runs[side] = await withServers((servers) => runProgram(name, { node, folder, servers, flags }));
  }
  const { builtin, ferronet } = runs;
  const problem =
    failure('built-in', builtin) ??
    failure('ferronet', ferronet) ??
    difference(builtin.stdout, ferronet.stdout) ??
    difference(builtin.stderr, ferronet.stderr) ??
    foreign(sockets, builtin.types, ferronet.types);
  return { problem, types: ferronet.types, lines: ferronet.stdout.trim().split('\n').length };
}

module.exports = { runIntegration };
