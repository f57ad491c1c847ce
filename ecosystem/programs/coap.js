'use strict';
// coap: requests, blocks (RFC 7959) and observing (RFC 7641) on loopback.

const coap = require('coap');

function answer(request, response) {
  if (request.headers.Observe === 0) {
    for (let count = 0; count < 5; count++) setTimeout(() => response.write(`reading ${count}`), 20 * count);
    return;
  }
  if (request.url === '/big') return response.end(Buffer.alloc(20_000, 'x'));
  response.end(`${request.method} ${request.url} ${request.payload}`);
}

/** agent: one socket for all; its messages are told apart by their tokens. */
function ask(agent, port, options, payload) {
  return new Promise((resolve, reject) => {
    const request = coap.request({ agent, hostname: '127.0.0.1', port, ...options });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(payload);
  });
}

async function observed(agent, port, see) {
  const response = await ask(agent, port, { pathname: '/sensor', observe: true });
  const seen = [];
  await new Promise((resolve) => {
    response.on('data', (data) => {
      if (seen.push(String(data)) === 5) resolve();
    });
  });
  response.close();
  see('observed', seen);
}

exports.run = async ({ see }) => {
  const server = coap.createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server._sock.address();
  const agent = new coap.Agent({ type: 'udp4' });
  const first = await ask(agent, port, { pathname: '/first' });
  see('first', first.code, String(first.payload));
  const put = await ask(agent, port, { pathname: '/second', method: 'PUT', confirmable: false }, 'payload');
  see('second', put.code, String(put.payload));
  const many = await Promise.all(
    Array.from({ length: 100 }, (_, index) => ask(agent, port, { pathname: `/${index}` })),
  );
  see(
    'many',
    many.map(({ payload }) => String(payload)),
  );
  see('big', (await ask(agent, port, { pathname: '/big' })).payload.length);
  await observed(agent, port, see);
  // The agent closes its socket by itself after the last answer.
  await new Promise((resolve) => server.close(resolve));
};
