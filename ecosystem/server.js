'use strict';
// Servers of the integrations: processes of ours on loopback, in folders of their own, ended by their pid.

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 5_000;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A port that is free now. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** An empty folder. With `user`, that user's, so that a server that refuses to be root can have it. */
function createFolder(name, user) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `ferronet-${name}-`));
  if (user) fs.chownSync(folder, user.uid, user.gid);
  fs.chmodSync(folder, 0o755);
  return folder;
}

/** { uid, gid } of a user, for a server that refuses to be root; undefined where we are not root. */
function userToRunAs(name) {
  if (process.getuid() !== 0) return undefined;
  const id = (flag) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function answers(address) {
  const socket = net.connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a program and waits until it accepts at `address` ({ host, port }): { pid, stop() }. */
async function start(file, args, address, options = {}) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const exited = once(child, 'exit').finally(() => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = `${output}${chunk}`.slice(-4000)));
  }
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await answers(address))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}: ${output}`);
    if (Date.now() > deadline) throw new Error(`${file} does not listen: ${output}`);
    await delay(20);
  }
  return { pid: child.pid, stop: () => stop(child, exited) };
}

async function stop(child, exited) {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await exited;
  clearTimeout(timer);
}

module.exports = { createFolder, freePort, start, userToRunAs };
