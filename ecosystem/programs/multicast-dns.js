'use strict';
// multicast-dns: a question to a group and its answer, on loopback.

const dgram = require('node:dgram');
const { once } = require('node:events');
const multicastDns = require('multicast-dns');

/** A group of our own and a free port, so that no responder of the machine hears it. */
const options = { ip: '239.255.77.53', interface: '127.0.0.1', bind: '0.0.0.0', loopback: true };

async function freePort() {
  const socket = dgram.createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function responder(port, see) {
  const mdns = multicastDns({ ...options, port });
  await once(mdns, 'ready');
  mdns.on('query', ({ questions }) => {
    for (const { name, type } of questions) {
      see('asked', name, type);
      mdns.respond({ answers: [{ name, type: 'A', ttl: 300, data: '192.0.2.7' }] });
    }
  });
  return mdns;
}

exports.run = async ({ see }) => {
  const port = await freePort();
  const mdns = await responder(port, see);
  const asker = multicastDns({ ...options, port });
  await once(asker, 'ready');
  for (const name of ['brunhilde.local', 'siegfried.local']) {
    const answered = new Promise((resolve) => {
      asker.on(
        'response',
        ({ answers }) => answers.some((answer) => answer.name === name) && resolve(answers),
      );
    });
    asker.query({ questions: [{ name, type: 'A' }] });
    see(
      'answered',
      (await answered).map(({ name: of, type, data }) => [of, type, data]),
    );
  }
  await new Promise((resolve) => asker.destroy(resolve));
  await new Promise((resolve) => mdns.destroy(resolve));
};
