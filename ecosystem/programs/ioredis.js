'use strict';
// ioredis on redis-server, over TCP and a unix socket.

const assert = require('node:assert');
const { createHash, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const Redis = require('ioredis');

async function commands(redis, see) {
  see('set', await redis.set('key', 'value'), await redis.get('key'));
  const batch = redis.pipeline();
  for (let index = 0; index < 2000; index++)
    batch.incr('counter').set(`key:${index}`, 'x'.repeat(index % 300));
  const answers = await batch.exec();
  see('pipeline', answers.length, answers.at(-2), answers.at(-1));
  see('multi', await redis.multi().incr('counter').lpush('list', 'a', 'b').lrange('list', 0, -1).exec());
  const incremented = await Promise.all(Array.from({ length: 500 }, () => redis.incr('parallel')));
  see(
    'in order',
    incremented.every((value, index) => value === index + 1),
  );
  await assert.rejects(redis.lpush('key', 'x'), { name: 'ReplyError', message: /WRONGTYPE/ });
}

async function bigValues(redis, see) {
  const value = randomBytes(8 * 1024 * 1024);
  await redis.set('big', value);
  const back = await redis.getBuffer('big');
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  assert.strictEqual(hash(back), hash(value));
  see('big', back.length);
}

async function pubSub(redis, see) {
  const subscriber = redis.duplicate();
  see('subscribed', await subscriber.subscribe('news', 'weather'));
  const messages = [];
  const all = new Promise((resolve) => {
    subscriber.on('message', (channel, text) => {
      if (messages.push(`${channel} ${text}`) === 300) resolve();
    });
  });
  for (let index = 0; index < 300; index++) redis.publish(index % 3 ? 'news' : 'weather', String(index));
  await all;
  see('messages', messages);
  await subscriber.quit();
}

async function blockingPop(redis, see) {
  const consumer = redis.duplicate();
  const popped = consumer.blpop('queue', 30);
  await once(consumer, 'ready');
  await redis.rpush('queue', 'job');
  see('blpop', await popped);
  see('blpop that times out', await consumer.blpop('nothing', 0.1));
  consumer.disconnect();
}

async function ways({ host, port, unix }, see) {
  for (const options of [{ host, port }, { path: unix }]) {
    const redis = new Redis(options);
    for (const event of ['connect', 'ready', 'close', 'end']) redis.on(event, () => see('event', event));
    await redis.flushall();
    await commands(redis, see);
    await bigValues(redis, see);
    await pubSub(redis, see);
    await blockingPop(redis, see);
    see('quit', await redis.quit());
    await once(redis, 'end');
  }
}

exports.run = async ({ servers, see }) => ways(servers.redis, see);
