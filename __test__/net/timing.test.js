'use strict';
// The idle timeout of a socket.

const test = require('ava');
const { once } = require('node:events');
const { compare } = require('../helpers/compare.js');
const { gone, next, record, withPair, withServer } = require('./pairs.js');

test('setTimeout: what it gives back, the property, the callback as a listener that hears once', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client }) => {
      const callback = () => see('callback', client.timeout);
      see(client.timeout, client.setTimeout(10, callback) === client, client.timeout);
      see(client.listenerCount('timeout'));
      await next(client, 'timeout');
      see(client.listenerCount('timeout'), client.destroyed, client.readyState);
    });
  });
});

test('0 ends the timeout and takes the callback away', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client }) => {
      const [one, other] = [() => see('one'), () => see('other')];
      client.setTimeout(1000, one);
      client.setTimeout(1000, other);
      client.setTimeout(0, one);
      see(client.timeout, client.listenerCount('timeout'), client.listeners('timeout').includes(other));
      client.setTimeout(5);
      await next(client, 'timeout');
    });
  });
});

test('it runs again after a timeout only when something has happened', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      let times = 0;
      client.on('timeout', () => times++);
      client.setTimeout(15);
      await next(client, 'timeout');
      // A timer that was started later and runs longer is over without another timeout.
      await new Promise((resolve) => setTimeout(resolve, 50));
      see('silence', times);
      peer.write('x');
      await once(client, 'data');
      await next(client, 'timeout');
      see('after data', times);
      client.write('x');
      await next(client, 'timeout');
      see('after a write', times);
    });
  });
});

test('what comes and goes keeps the timeout away', async (t) => {
  for (const direction of ['reads', 'writes']) {
    await compare(t, async ({ net }, see) => {
      await withPair(net, {}, async ({ client, peer }) => {
        let last = process.hrtime.bigint();
        const busy = setInterval(() => {
          last = process.hrtime.bigint();
          (direction === 'reads' ? peer : client).write('x');
          if (++rounds === 10) clearInterval(busy);
        }, 20);
        let rounds = 0;
        for (const socket of [client, peer]) socket.resume();
        // Long enough for a busy machine; ten rounds take 200 ms.
        client.setTimeout(700);
        await next(client, 'timeout');
        see(direction, rounds, Number(process.hrtime.bigint() - last) / 1e6 > 500);
      });
    });
  }
});

test('a large write to a reader that reads slowly is no idleness', async (t) => {
  const trace = await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      const seen = record(client, ['timeout', 'finish']);
      client.setTimeout(700);
      // More than a second for the first 12 MiB, in reads of at most 64 KiB.
      peer.on('data', () => {
        peer.pause();
        if (peer.bytesRead < 12 << 20) setTimeout(() => peer.resume(), 6);
        else peer.resume();
      });
      client.end(Buffer.alloc(16 << 20));
      await next(client, 'finish');
      see(seen);
    });
  });
  t.deepEqual(trace, [[[['finish']]]]);
});

test('a write that nobody reads is idleness in the end, and the socket stays', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client, peer }) => {
      peer.pause();
      client.write(Buffer.alloc(16 << 20));
      client.setTimeout(20);
      await next(client, 'timeout');
      see(client.destroyed, client.writableNeedDrain, client.writable);
    });
  });
});

test('no timeout comes after destroy, or is begun', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withPair(net, {}, async ({ client }) => {
      client.on('timeout', () => see('timeout'));
      client.setTimeout(5);
      client.destroy();
      see(client.setTimeout(5) === client, client.timeout);
      await next(client, 'close');
      await new Promise((resolve) => setTimeout(resolve, 30));
    });
  });
});

test('a timeout before the connection, kept over it', async (t) => {
  await compare(t, async ({ net }, see) => {
    await withServer(net, {}, undefined, async (_, at) => {
      const client = new net.Socket();
      client.setTimeout(15, () => see('timeout', client.connecting));
      await next(client, 'timeout');
      client.connect(at);
      await next(client, 'timeout');
      see(client.timeout, client.connecting);
      await gone(client);
    });
  });
});

for (const value of [-1, Number.NaN, Infinity, '5', null, undefined]) {
  test(`setTimeout(${value})`, async (t) => {
    await compare(t, async ({ net }, see) => {
      const client = new net.Socket();
      try {
        see(client.setTimeout(value) === client);
      } catch (error) {
        see(error.code, error.message, client.timeout);
      }
      client.destroy();
    });
  });
}
