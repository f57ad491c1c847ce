'use strict';
// Starts the examples in processes of their own and waits for what they print.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { root } = require('../helpers/children.js');

/** A child that ends with the test at the latest, with all that it printed. */
class Program {
  #child;
  #closed;
  #checks = new Set();
  stdout = '';
  stderr = '';

  constructor(t, command, args) {
    this.#child = spawn(command, args);
    this.#closed = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    for (const name of ['stdout', 'stderr']) {
      this.#child[name].setEncoding('utf8').on('data', (text) => {
        this[name] += text;
        for (const check of this.#checks) check();
      });
    }
    this.#child.stdin.on('error', () => {}); // It may end without having read all.
    // A test that waits in vain fails by itself: ava's own timeout would end the process without the teardown.
    t.timeout(20_000);
    t.teardown(() => this.stop());
  }

  /** The match of `pattern` in what the program has printed, now or later; fails when it ends without. */
  prints(pattern, stream = 'stdout') {
    return new Promise((resolve, reject) => {
      const check = () => {
        const match = this[stream].match(pattern);
        if (!match) return;
        this.#checks.delete(check);
        resolve(match);
      };
      this.#checks.add(check);
      check();
      this.#closed.then(({ code }) =>
        reject(new Error(`ended with ${code} before ${pattern}:\n${this.stdout}${this.stderr}`)),
      );
    });
  }

  type(text) {
    this.#child.stdin.write(text);
  }

  /** The end of its input, like Ctrl-D. */
  endInput() {
    this.#child.stdin.end();
  }

  /** Its end by itself: { code, signal, stdout, stderr }. */
  async ended() {
    return { ...(await this.#closed), stdout: this.stdout, stderr: this.stderr };
  }

  async stop() {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

/** Runs an example by its file name, on this host or on one of those of two-hosts.js. */
function startExample(t, name, args = [], { host } = {}) {
  const words = [process.execPath, path.join(root, 'examples', name), ...args.map(String)];
  const [command, ...rest] = host ? [...host.enter, ...words] : words;
  return new Program(t, command, rest);
}

/** Starts a server and gives the port that it printed. */
async function startServer(t, name, args, options) {
  const program = startExample(t, name, args, options);
  const [, port] = await program.prints(/(?:[:\s])(\d+)\n/);
  return { program, port };
}

module.exports = { startExample, startServer };
