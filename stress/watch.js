'use strict';
// Runs a program in a process of its own and watches it from outside, by what the kernel says of it (proc(5)).

const { spawn } = require('node:child_process');
const fs = require('node:fs');

/** Between two looks at the process, in ms. */
const PERIOD = 50;
/** /proc/PID/stat counts CPU time in clock ticks, 100 per second on every architecture (time(7), USER_HZ). */
const TICK_MS = 10;
/** The descriptor by which program and watcher talk: a line of JSON to us, a byte back. */
const CHANNEL = 3;

const kilobytes = (status, name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0);

/** Memory in bytes, descriptors, threads, CPU time in ms; null once the process has gone. */
function look(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; utime and stime are the 12th and 13th field behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      at: performance.now(),
      rss: kilobytes(status, 'VmRSS') * 1024,
      descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
      threads: Number(status.match(/^Threads:\s+(\d+)/m)[1]),
      cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    };
  } catch {
    return null;
  }
}

/** What was seen between two marks of the program. */
class Phase {
  constructor(name, first) {
    this.name = name;
    this.first = first;
    this.last = first;
    this.peak = { ...first };
  }

  add(seen) {
    if (seen === null) return;
    this.last = seen;
    for (const key of ['rss', 'descriptors', 'threads']) this.peak[key] = Math.max(this.peak[key], seen[key]);
  }

  /** Bytes that memory grew beyond what it was when the phase began. */
  get growth() {
    return this.peak.rss - this.first.rss;
  }

  /** CPU time by time, in per cent of one core. */
  get load() {
    return (100 * (this.last.cpu - this.first.cpu)) / (this.last.at - this.first.at);
  }
}

/** Everything that the watcher knows of one run. */
class Watch {
  code = null;
  signal = null;
  stdout = '';
  stderr = '';
  /** What the program reported, and its peers by their role. */
  report = null;
  peers = {};
  timedOut = false;
  #phases = [];

  begin(name, seen) {
    this.#phases.at(-1)?.add(seen);
    if (seen !== null) this.#phases.push(new Phase(name, seen));
  }

  add(seen) {
    this.#phases.at(-1)?.add(seen);
  }

  /** The phase that began with this mark; undefined if the program did not get there. */
  phase(name) {
    return this.#phases.find((phase) => phase.name === name);
  }

  /** The highest of a figure in the whole run. */
  peak(key) {
    return Math.max(...this.#phases.map((phase) => phase.peak[key]));
  }
}

/** Splits what comes into lines and gives each as its JSON. */
function eachLine(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(JSON.parse(line));
  });
}

/**
 * Runs `argv`, a command and its arguments, and resolves with a Watch when it has ended. `startPeer(role, options)`
 * gives the argv of a process that the program asked for. After `timeout` ms the program is killed.
 */
function watch(argv, { env, cwd, timeout, startPeer }) {
  const seen = new Watch();
  const [file, ...args] = argv;
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'];
  const child = spawn(file, args, { env: { ...process.env, ...env }, cwd, stdio });
  const peers = [];
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (seen[name] += text));
  const channel = child.stdio[CHANNEL];
  // It may be killed while we answer.
  channel.on('error', () => {});
  eachLine(channel, (line) => {
    if ('report' in line) seen.report = line.report;
    else if ('peer' in line)
      return peers.push(run(startPeer(line.peer, line.options), line.peer, seen, channel));
    else seen.begin(line.mark, look(child.pid));
    channel.write('.');
  });
  seen.begin('start', look(child.pid));
  const looking = setInterval(() => seen.add(look(child.pid)), PERIOD);
  const limit = setTimeout(() => {
    seen.timedOut = true;
    child.kill('SIGKILL');
  }, timeout);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', async (code, signal) => {
      clearInterval(looking);
      clearTimeout(limit);
      await Promise.all(peers.map((peer) => peer.end()));
      resolve(Object.assign(seen, { code, signal }));
    });
  });
}

/** Starts a peer: the program goes on when it has said its first line, and its last one is its report. */
function run([file, ...args], role, seen, channel) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  let ready = false;
  eachLine(child.stdout, (line) => {
    if (ready) seen.peers[role] = line;
    else channel.write('.');
    ready = true;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  return {
    /** A peer ends by itself when its stdin does; one that does not is killed. */
    async end() {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), 2000);
      await closed;
      clearTimeout(limit);
    },
  };
}

module.exports = { CHANNEL, look, watch };
