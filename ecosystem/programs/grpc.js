'use strict';
// @grpc/grpc-js, server and client in one program, over TCP and a unix socket.

const { once } = require('node:events');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');

/** Messages are JSON, so that nothing has to be generated. */
const json = {
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes),
};

const method = (name, requestStream, responseStream) => ({
  path: `/test.Numbers/${name}`,
  requestStream,
  responseStream,
  requestSerialize: json.serialize,
  requestDeserialize: json.deserialize,
  responseSerialize: json.serialize,
  responseDeserialize: json.deserialize,
});

const service = {
  double: method('double', false, false),
  count: method('count', false, true),
  sum: method('sum', true, false),
  echo: method('echo', true, true),
};

const implementation = {
  double({ request }, done) {
    if (request.value === null) done({ code: grpc.status.INVALID_ARGUMENT, details: 'no value' });
    else done(null, { value: 2 * request.value, size: request.filling?.length });
  },
  count(call) {
    for (let value = 0; value < call.request.to; value++) call.write({ value });
    call.end();
  },
  sum(call, done) {
    let sum = 0;
    call.on('data', ({ value }) => (sum += value));
    call.on('end', () => done(null, { sum }));
  },
  echo(call) {
    call.on('data', (message) => call.write(message));
    call.on('end', () => call.end());
  },
};

async function questions(client, see) {
  const ask = (request) =>
    new Promise((resolve) => client.double(request, (error, answer) => resolve(error?.details ?? answer)));
  see('unary', await ask({ value: 21 }), await ask({ value: null }));
  const filling = 'x'.repeat(3_000_000);
  see('large', await ask({ value: 1, filling }));
  see('parallel', await Promise.all(Array.from({ length: 100 }, (_, value) => ask({ value }))));
  let counted = 0;
  for await (const { value } of client.count({ to: 2000 })) if (value === counted) counted++;
  see('server streams', counted);
  const sum = new Promise((resolve) => {
    const call = client.sum((_error, answer) => resolve(answer));
    for (let value = 1; value <= 1000; value++) call.write({ value });
    call.end();
  });
  see('client streams', await sum);
  const call = client.echo();
  const seen = [];
  call.on('data', ({ value }) => seen.push(value));
  for (let value = 0; value < 500; value++) call.write({ value });
  call.end();
  await once(call, 'end');
  see('both stream', seen.length, seen.at(-1));
}

exports.run = async ({ folder, see }) => {
  const Client = grpc.makeGenericClientConstructor(service, 'Numbers');
  for (const address of ['127.0.0.1:0', `unix:${path.join(folder, 'grpc.sock')}`]) {
    const server = new grpc.Server();
    server.addService(service, implementation);
    const bound = await new Promise((resolve, reject) => {
      const done = (error, port) => (error ? reject(error) : resolve(port));
      server.bindAsync(address, grpc.ServerCredentials.createInsecure(), done);
    });
    const target = address.startsWith('unix') ? address : `127.0.0.1:${bound}`;
    const client = new Client(target, grpc.credentials.createInsecure());
    await questions(client, see);
    client.close();
    await new Promise((resolve) => server.tryShutdown(resolve));
  }
  const nobody = new Client('127.0.0.1:1', grpc.credentials.createInsecure());
  const error = await new Promise((resolve) => nobody.double({ value: 1 }, resolve));
  see('nobody', error.code, error.details.replace(/Resolution note.*/, ''));
  nobody.close();
};
