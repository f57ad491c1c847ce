'use strict';
// What the programs with mqtt do with a broker.

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const mqtt = require('mqtt');

async function levels(publisher, subscriber, see) {
  const granted = await subscriber.subscribeAsync('levels/#', { qos: 2 });
  see(
    'granted',
    granted.map(({ topic, qos }) => [topic, qos]),
  );
  const seen = [];
  const all = new Promise((resolve) => {
    subscriber.on('message', (topic, payload, packet) => {
      if (seen.push([topic, String(payload), packet.qos]) === 300) resolve();
    });
  });
  for (const qos of [0, 1, 2]) {
    // Mosquitto drops what goes beyond its limits of messages under way (mosquitto.conf(5), max_inflight_messages).
    for (let batch = 0; batch < 10; batch++) {
      const numbers = Array.from({ length: 10 }, (_, index) => String(10 * batch + index));
      await Promise.all(numbers.map((number) => publisher.publishAsync(`levels/${qos}`, number, { qos })));
    }
  }
  await all;
  subscriber.removeAllListeners('message');
  for (const qos of [0, 1, 2]) {
    see(
      qos,
      seen.filter(([topic]) => topic.endsWith(qos)).map(([, payload, level]) => `${payload} ${level}`),
    );
  }
}

async function retained(publisher, connect, see) {
  await publisher.publishAsync('retained', 'last', { qos: 1, retain: true });
  const late = await connect();
  const message = once(late, 'message');
  await late.subscribeAsync('retained');
  const [topic, payload, { retain }] = await message;
  see('retained', topic, String(payload), retain);
  await publisher.publishAsync('retained', '', { qos: 1, retain: true });
  await late.endAsync();
}

async function large(publisher, subscriber, see) {
  const value = randomBytes(3 * 1024 * 1024);
  await subscriber.subscribeAsync('large', { qos: 1 });
  const message = once(subscriber, 'message');
  await publisher.publishAsync('large', value, { qos: 1 });
  const [, payload] = await message;
  assert.ok(value.equals(payload));
  see('large', payload.length);
}

/** A broker publishes the will of a client that is gone without a word. */
async function will(subscriber, connect, see) {
  await subscriber.subscribeAsync('will');
  const doomed = await connect({ will: { topic: 'will', payload: 'gone', qos: 0 }, reconnectPeriod: 0 });
  const message = once(subscriber, 'message');
  const closed = once(doomed, 'close');
  doomed.stream.destroy();
  const [topic, payload] = await message;
  await closed;
  see('will', topic, String(payload));
  await doomed.endAsync(true);
}

/** Runs it all with clients that `url` and `options` connect. */
async function converse(url, options, see) {
  const connect = (extra) => mqtt.connectAsync(url, { ...options, ...extra });
  const [publisher, subscriber] = [await connect(), await connect()];
  await levels(publisher, subscriber, see);
  await retained(publisher, connect, see);
  await large(publisher, subscriber, see);
  await will(subscriber, connect, see);
  const closed = [once(publisher, 'close'), once(subscriber, 'close')];
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
  await Promise.all(closed);
  see('ended', publisher.connected);
}

module.exports = { converse };
