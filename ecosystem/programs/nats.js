'use strict';
// nats on nats-server.

const { connect, Empty, StringCodec } = require('nats');

const text = StringCodec();

exports.run = async ({ servers, see }) => {
  const { host, port } = servers.nats;
  const options = { servers: `${host}:${port}`, reconnect: false };
  const [client, worker] = [await connect(options), await connect(options)];

  const counted = client.subscribe('count.*', { max: 2000 });
  const reading = (async () => {
    const seen = [];
    for await (const message of counted) seen.push(Number(text.decode(message.data)));
    return seen;
  })();
  await client.flush();
  for (let index = 0; index < 2000; index++) worker.publish(`count.${index % 3}`, text.encode(String(index)));
  see(
    'in order',
    (await reading).every((value, index) => value === index),
  );

  worker.subscribe('double', {
    callback: (_error, message) =>
      message.respond(text.encode(String(2 * Number(text.decode(message.data))))),
  });
  await worker.flush();
  const asked = Array.from({ length: 200 }, (_, i) => client.request('double', text.encode(String(i))));
  see(
    'answers',
    (await Promise.all(asked)).map((message) => text.decode(message.data)),
  );
  see('nobody', await client.request('nobody', Empty, { timeout: 2000 }).catch((error) => error.code));

  const large = client.subscribe('large', { max: 1 });
  await client.flush();
  worker.publish('large', new Uint8Array(1_000_000).fill(7));
  for await (const message of large)
    see(
      'large',
      message.data.length,
      message.data.every((byte) => byte === 7),
    );

  await worker.drain();
  await client.close();
  see('closed', client.isClosed(), worker.isClosed());
};
