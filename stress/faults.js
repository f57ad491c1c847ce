'use strict';
// Faults that are planted into ferronet, in the process that loads it, to see that a scenario reports them. They
// change the prototypes in place; lib/ knows nothing of them.

const fs = require('node:fs');
const { Worker } = require('node:worker_threads');
const { dgram, net } = require('../index.js');

const classes = [net.Socket, net.Server, dgram.Socket];

/** Puts `around(original, self, args)` in the place of a method of each class that has it. */
function wrap(name, around, among = classes) {
  for (const { prototype } of among) {
    const original = prototype[name];
    if (typeof original !== 'function') continue;
    prototype[name] = function (...args) {
      return around((...given) => original.apply(this, given), this, args);
    };
  }
}

/** Calls `change(emit, args, nth)` in the place of the nth emission of an event. */
function onEmission(event, change, among = classes) {
  let nth = 0;
  wrap(
    'emit',
    (emit, self, args) => (args[0] === event ? change(emit, args, ++nth, self) : emit(...args)),
    among,
  );
}

/** True for one in a few, the first of them soon. */
const now = (nth) => nth % 50 === 20;

const kept = [];

/** Keeps the thread for `ms`. */
function busy(ms) {
  for (const end = performance.now() + ms; performance.now() < end; );
}

const faults = {
  'loses a byte': () =>
    wrap('push', (push, _self, [chunk, ...rest]) =>
      push(chunk?.length > 1000 && now(kept.push(0)) ? chunk.subarray(0, -1) : chunk, ...rest),
    ),
  'changes a datagram': () =>
    onEmission('message', (emit, [event, message, info], nth) => {
      if (now(nth) && message.length > 0) message[0] ^= 1;
      return emit(event, message, info);
    }),
  'closes twice': () => onEmission('close', (emit, args, nth) => emit(...args) && now(nth) && emit(...args)),
  'never closes': () => onEmission('close', (emit, args, nth) => now(nth) || emit(...args)),
  'leaks descriptors': () =>
    onEmission('close', (emit, args, nth) => {
      if (now(nth)) fs.openSync('/dev/null');
      return emit(...args);
    }),
  'leaks memory': () =>
    onEmission('close', (emit, args) => {
      kept.push(new Array(20).fill(kept.length));
      return emit(...args);
    }),
  'keeps memory per connection': () =>
    onEmission('connection', (emit, args) => {
      kept.push(Buffer.alloc(1024, 1));
      return emit(...args);
    }),
  'reads on when paused': () =>
    wrap('push', (push, _self, args) => {
      push(...args);
      return true;
    }),
  // In a thread, so that it does while JavaScript is blocked.
  grows: () =>
    new Worker(
      `const kept = []; setInterval(() => kept.push(Buffer.alloc(1 << 20, 1)), 10);
       setInterval(() => { if (kept.length > 200) kept.length = 0; }, 10)`,
      { eval: true },
    ).unref(),
  'drops write callbacks': () =>
    wrap(
      'write',
      (write, _self, args) =>
        typeof args.at(-1) === 'function' && now(kept.push(0)) ? write(...args.slice(0, -1)) : write(...args),
      [net.Socket],
    ),
  'never drains': () => onEmission('drain', () => false),
  'never says stop': () =>
    wrap('write', (write, _self, args) => {
      write(...args);
      return true;
    }),
  'hears nothing after a while': () => {
    const deaf = (emit, args, nth) => nth > 500 || emit(...args);
    onEmission('data', deaf);
    onEmission('message', deaf);
  },
  spins: () => {
    const spin = () => setImmediate(spin);
    spin();
  },
  'changes error codes': () => {
    const change = (error) => Object.assign(error, { code: 'EWRONG' });
    onEmission('error', (emit, [event, error]) => emit(event, change(error)));
    wrap('addMembership', (join, _self, args) => {
      try {
        return join(...args);
      } catch (error) {
        throw change(error);
      }
    });
    // The server reports nothing while it sends clients away; it shall not begin to.
    onEmission('connection', (emit, args, nth, self) => {
      if (nth === 10) process.nextTick(() => self.emit('error', { code: 'EWRONG' }));
      return emit(...args);
    });
  },
  'loses what is small': () =>
    onEmission('data', (emit, args, nth) => (now(nth) && args[1].length < 100 ? true : emit(...args))),
  'hides what fails to be sent': () =>
    wrap('send', (send, _self, args) => {
      const done = args.at(-1);
      return typeof done === 'function' ? send(...args.slice(0, -1), () => done(null)) : send(...args);
    }),
  'never times out': () => onEmission('timeout', () => true),
  'invents a datagram': () =>
    onEmission('message', (emit, args, nth) => emit(...args) && now(nth) && emit(...args)),
  'swallows exceptions': () =>
    wrap('emit', (emit, _self, args) => {
      try {
        return emit(...args);
      } catch {
        return true;
      }
    }),
  'skips close after an exception': () => {
    let thrown = false;
    process.prependListener('uncaughtException', () => (thrown = true));
    onEmission('close', (emit, args) => thrown || emit(...args));
  },
  'aborts at exit': () => process.on('exit', () => process.abort()),
  'catches signals': () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
      process.prependListener(signal, () => process.exit(9));
  },
  'lives on': () => setInterval(() => {}, 1000),
  'keeps what is referenced': () => wrap('ref', (ref, self) => kept.push(self) && ref()),
  'changes messages': () => {
    for (const method of ['listen', 'connect', 'setTimeout', 'send', 'bind', 'write', 'close']) {
      wrap(method, (call, _self, args) => {
        try {
          return call(...args);
        } catch (error) {
          error.message = 'something else';
          throw error;
        }
      });
    }
  },
  pollutes: () =>
    wrap('connect', (connect, _self, args) => {
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      return connect(...args);
    }),
  'skips an event': () => onEmission('finish', (emit, args, nth) => now(nth) || emit(...args)),
  'blocks now and then': () => {
    for (const event of ['data', 'message', 'connection']) {
      onEmission(event, (emit, args, nth) => {
        if (nth % 300 === 20) busy(100);
        return emit(...args);
      });
    }
  },
};

function plant(name) {
  if (!Object.hasOwn(faults, name)) throw new Error(`there is no fault named ${name}`);
  faults[name]();
}

module.exports = { plant };
