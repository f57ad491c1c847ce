'use strict';
// redis (node-redis) on redis-server, over TCP and a unix socket.

const assert = require('node:assert');
const { createClient, RESP_TYPES } = require('redis');

async function commands(client, see) {
  see('set', await client.set('key', 'value'), await client.get('key'));
  // What is asked for in one tick goes out together.
  const answers = await Promise.all(Array.from({ length: 1000 }, () => client.incr('counter')));
  see(
    'in order',
    answers.every((value, index) => value === index + 1),
  );
  see('multi', await client.multi().set('a', '1').incr('a').get('a').exec());
  see('hash', await client.hSet('h', { one: '1', two: '2' }), { ...(await client.hGetAll('h')) });
  await assert.rejects(client.lPush('key', 'x'), /WRONGTYPE/);
  const found = [];
  for await (const keys of client.scanIterator()) found.push(...keys);
  see('scan', found.sort());
}

async function bigValues(client, see) {
  const value = Buffer.alloc(6 * 1024 * 1024, 'ferronet');
  await client.set('big', value);
  const back = await client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get('big');
  assert.ok(value.equals(back));
  see('big', back.length);
}

async function pubSub(client, see) {
  const subscriber = await client.duplicate().connect();
  const messages = [];
  const { promise, resolve } = withResolvers();
  await subscriber.subscribe('news', (text) => {
    if (messages.push(text) === 100) resolve();
  });
  for (let index = 0; index < 100; index++) client.publish('news', String(index));
  await promise;
  see('messages', messages);
  await subscriber.unsubscribe('news');
  await subscriber.close();
}

function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

async function blockingPop(client, see) {
  const consumer = await client.duplicate().connect();
  const popped = consumer.blPop('queue', 30);
  await client.rPush('queue', 'job');
  see('blpop', { ...(await popped) });
  see('blpop that times out', await consumer.blPop('nothing', 0.1));
  await consumer.close();
}

exports.run = async ({ servers, see }) => {
  const { host, port, unix } = servers.redis;
  for (const socket of [{ host, port }, { path: unix }]) {
    const client = createClient({ socket });
    for (const event of ['connect', 'ready', 'end', 'error']) client.on(event, (error) => see(event, error));
    await client.connect();
    await client.flushAll();
    await commands(client, see);
    await bigValues(client, see);
    await pubSub(client, see);
    await blockingPop(client, see);
    await client.close();
  }
};
