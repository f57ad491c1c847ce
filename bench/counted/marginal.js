'use strict';
// What one more event costs: a workload is run with two amounts of work and the difference is divided. Starting
// Node, loading and warming up is in both.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

/** Milliseconds that one counted run may take. */
const LIMIT = 1_800_000;

/** Workloads: what one event is, and the two amounts, both beyond the point where V8 has compiled the hot code. */
const amounts = {
  'tcp-echo': { event: 'message there and back', from: 12_000, to: 16_000 },
  'tcp-echo-50': { event: 'message there and back, 50 connections', from: 12_000, to: 16_000 },
  'tcp-stream': { event: '64 KiB written and read', from: 6_000, to: 16_000 },
  'tcp-accept': { event: 'connection made and ended', from: 12_000, to: 16_000 },
  http: { event: 'HTTP request and answer', from: 12_000, to: 16_000 },
  'udp-send': { event: 'datagram sent, in bursts', from: 64_000, to: 96_000 },
  'udp-burst': { event: 'datagram sent and received, in bursts', from: 64_000, to: 96_000 },
  'udp-ping-pong': { event: 'datagram there and back', from: 12_000, to: 16_000 },
};

const program = path.join(__dirname, 'workloads.js');

/** The arguments of Node for a workload: one thread, and a garbage collector that runs by count, not by time. */
function nodeArguments(implementation, workload, amount) {
  return ['--predictable', '--single-threaded', program, implementation, workload, String(amount)];
}

/**
 * Runs a workload twice by `count(arguments of Node)`, which gives { name: count }, and gives what one event adds of
 * each.
 */
function perEvent(count, implementation, workload) {
  const { from, to } = amounts[workload];
  const [less, more] = [from, to].map((amount) => count(nodeArguments(implementation, workload, amount)));
  const added = Object.entries(more).map(([name, total]) => [
    name,
    (total - (less[name] ?? 0)) / (to - from),
  ]);
  return Object.fromEntries(added);
}

/** Runs a command to its end; gives what it wrote to standard error. */
function stderrOf(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT });
  if (error?.code === 'ENOENT') throw new Error(`${command} is not installed`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return stderr;
}

module.exports = { amounts, perEvent, stderrOf };
