'use strict';
// ssh2, client and server in one program: commands, SFTP, a forwarded connection.

const assert = require('node:assert');
const { generateKeyPairSync, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const net = require('node:net');
const { Client, Server, utils } = require('ssh2');

const { STATUS_CODE } = utils.sftp;

/** Files in memory: enough of SFTP for fastPut-like writing and reading. */
function serveFiles(sftp, files) {
  const handle = (path) => Buffer.from(path);
  sftp.on('OPEN', (id, path) => {
    files[path] ??= Buffer.alloc(0);
    sftp.handle(id, handle(path));
  });
  sftp.on('WRITE', (id, path, offset, data) => {
    const grown = Buffer.alloc(Math.max(files[path].length, offset + data.length));
    files[path].copy(grown);
    data.copy(grown, offset);
    files[path] = grown;
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('READ', (id, path, offset, length) => {
    const data = files[path].subarray(offset, offset + length);
    if (data.length > 0) sftp.data(id, data);
    else sftp.status(id, STATUS_CODE.EOF);
  });
  sftp.on('FSTAT', (id, path) => sftp.attrs(id, { mode: 0o100644, size: files[path].length }));
  sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
}

function serveSession(session, files) {
  session.on('exec', (accept, _reject, { command }) => {
    const stream = accept();
    if (command === 'cat') return stream.pipe(stream).on('finish', () => stream.exit(0));
    stream.stderr.write('about to answer');
    stream.write(`ran ${command}`);
    stream.exit(7);
    stream.end();
  });
  session.on('sftp', (accept) => serveFiles(accept(), files));
}

async function createServer(see) {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const files = {};
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    client.on('authentication', (context) =>
      context.method === 'password' && context.password === 'secret'
        ? context.accept()
        : context.reject(['password']),
    );
    client.on('ready', () => client.on('session', (accept) => serveSession(accept(), files)));
    client.on('tcpip', (accept, _reject, { destPort }) => {
      const stream = accept();
      const socket = net.connect(destPort, '127.0.0.1');
      socket.pipe(stream).pipe(socket);
    });
    client.on('error', (error) => see('server error', error.level ?? error.code));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const call = (object, method, ...args) =>
  new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
  });

/** Runs a command: { out, err, code }. Listens at once: the answer may come with the permission. */
function execute(client, command, input) {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      const chunks = { out: [], err: [] };
      channel.on('data', (chunk) => chunks.out.push(chunk));
      channel.stderr.on('data', (chunk) => chunks.err.push(chunk));
      channel.on('close', (code) => {
        resolve({ out: Buffer.concat(chunks.out), err: Buffer.concat(chunks.err), code });
      });
      if (input) channel.end(input);
    });
  });
}

async function commands(client, see) {
  const { out, err, code } = await execute(client, 'uptime');
  see('exec', String(out), String(err), code);
  const sent = randomBytes(5_000_000);
  const echoed = await execute(client, 'cat', sent);
  assert.ok(sent.equals(echoed.out));
  see('cat', echoed.out.length, echoed.code);
}

async function files(client, see) {
  const sftp = await call(client, 'sftp');
  const content = randomBytes(200_000);
  await call(sftp, 'writeFile', '/file', content);
  const back = await call(sftp, 'readFile', '/file');
  assert.ok(content.equals(back));
  see('sftp', back.length);
  sftp.end();
}

async function forwarded(client, see) {
  const service = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const channel = await call(client, 'forwardOut', '127.0.0.1', 1, '127.0.0.1', service.address().port);
  channel.end('hello');
  let answer = '';
  channel.on('data', (chunk) => (answer += chunk));
  await once(channel, 'close');
  see('forwarded', answer);
  service.close();
  await once(service, 'close');
}

exports.run = async ({ see }) => {
  const server = await createServer(see);
  const { port } = server.address();
  const account = { host: '127.0.0.1', port, username: 'me', password: 'secret' };
  const client = new Client();
  client.connect(account);
  await once(client, 'ready');
  await commands(client, see);
  await files(client, see);
  await forwarded(client, see);
  const closed = once(client, 'close');
  client.end();
  await closed;

  const wrong = new Client();
  wrong.connect({ ...account, password: 'wrong' });
  const [error] = await once(wrong, 'error').catch((error) => [error]);
  see('wrong password', error.level, error.message);
  server.close();
  await once(server, 'close');
};
