'use strict';
// The processes of one run: each on its core, read line by line, bounded in time, ended by its id.

const { spawn, spawnSync } = require('node:child_process');
const os = require('node:os');
const readline = require('node:readline');

/** What a process may take beyond the time it was asked to run. */
const GRACE_SECONDS = 15;

const running = new Set();

/** Why processes are not pinned, or null when they are. */
function whyUnpinned() {
  if (os.availableParallelism() < 2) return 'there is only one core';
  const { status } = spawnSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
  return status === 0 ? null : 'taskset is missing or may not use cores 0 and 1';
}

class Child {
  #process;
  #lines;
  #errors = '';
  #timer;
  #label;
  #closed;

  /** `core` is null for a process that may run anywhere. */
  constructor(label, command, args, { core, seconds, env = {} }) {
    const [file, argv] =
      core === null ? [command, args] : ['taskset', ['-c', String(core), command, ...args]];
    this.#label = label;
    this.#process = spawn(file, argv, { stdio: 'pipe', env: { ...process.env, ...env } });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#closed = new Promise((resolve) => this.#process.on('close', resolve));
    // A process that has gone already does not take its end of input.
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text;
    });
    this.#lines = readline.createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#timer = setTimeout(() => this.#stop('took too long'), (seconds + GRACE_SECONDS) * 1000);
    running.add(this);
  }

  /** The next line of JSON that the process prints. */
  async read() {
    const { value, done } = await this.#lines.next();
    if (done) {
      // What it complained about comes by another pipe, and maybe later.
      await this.#closed;
      throw new Error(`${this.#label} ended without a result`);
    }
    return JSON.parse(value);
  }

  /** Of the program itself: taskset becomes it. */
  get pid() {
    return this.#process.pid;
  }

  write(text) {
    this.#process.stdin.write(text);
  }

  /** Asks a program to report and to leave. */
  end() {
    this.#process.stdin.end();
  }

  get errors() {
    const text = this.#errors.trim();
    return text && `${this.#label}: ${text}`;
  }

  /** It is still one of those that complaints() asks. */
  #stop(reason) {
    this.#errors += reason;
    this.#process.kill('SIGKILL');
  }

  kill() {
    clearTimeout(this.#timer);
    this.#process.kill('SIGKILL');
    running.delete(this);
  }
}

function killAll() {
  for (const child of running) child.kill();
}

/** What the processes of a failed run said: often the other one knows why. */
function complaints() {
  return [...running].map((child) => child.errors).filter(Boolean);
}

module.exports = { Child, complaints, killAll, whyUnpinned };
