'use strict';
// When a program ends by itself. Each runs in a process of its own, with net and dgram by their usual names:
// once on the built-in, once on ferronet, and must print the same and end the same.

const test = require('ava');
const os = require('node:os');
const { root, runProgram } = require('../helpers/children.js');

const cwd = os.tmpdir();

/** Runs the program on both, fails unless it ends by itself with the same output, and gives the output. */
async function sameEnd(t, source) {
  const [expected, actual] = [
    await runProgram(source, { builtin: true, cwd }),
    await runProgram(source, { cwd }),
  ];
  t.deepEqual(actual, expected);
  t.like(actual, { code: 0, signal: null, stderr: '' });
  return actual.stdout.trim().split('\n');
}

test('the programs of these tests have net and dgram by whom they should', async (t) => {
  const source = `const { net, dgram } = require(${JSON.stringify(root)});
    console.log(require('net').Socket === net.Socket, require('node:dgram').Socket === dgram.Socket);`;
  t.is((await runProgram(source, { cwd })).stdout, 'true true\n');
  t.is((await runProgram(source, { builtin: true, cwd })).stdout, 'false false\n');
});

test('a half-open server that confirms and unrefs itself ends the program after its last client', async (t) => {
  const lines = await sameEnd(
    t,
    `const net = require('net');
    const server = net.createServer({ allowHalfOpen: true });
    server.on('connection', (socket) => {
      socket.setEncoding('utf8');
      socket.on('data', (data) => socket.write('confirmed: ' + data));
      socket.on('end', () => {
        console.log('end');
        socket.end();
        server.unref();
      });
      socket.on('close', (hadError) => console.log('connection closed', hadError));
    });
    server.on('close', () => console.log('never: the server is not closed, only forgotten'));
    server.listen(0, 'localhost', () => {
      const client = new net.Socket().setEncoding('utf8');
      client.connect(server.address().port, 'localhost', () => client.write('one'));
      client.once('data', (data) => {
        console.log(data);
        client.end();
      });
    });`,
  );
  t.deepEqual(lines, ['confirmed: one', 'end', 'connection closed false']);
});

test('a UDP server that unrefs itself ends the program when its client has closed', async (t) => {
  const lines = await sameEnd(
    t,
    `const dgram = require('dgram');
    const server = dgram.createSocket('udp4', (data, from) => {
      server.send('confirmed: ' + data, from.port, from.address);
      server.unref();
    });
    server.on('close', () => console.log('never: the server is not closed, only forgotten'));
    server.bind(0, 'localhost', () => {
      const client = dgram.createSocket('udp4', (data) => {
        console.log(String(data));
        client.close();
      });
      client.on('close', () => console.log('client closed'));
      client.send('one', server.address().port, 'localhost');
    });`,
  );
  t.deepEqual(lines, ['confirmed: one', 'client closed']);
});

test('getConnections before listen answers, and an unrefd server alone does not keep the program', async (t) => {
  const lines = await sameEnd(
    t,
    `const server = require('net').createServer();
    server.getConnections((error, count) => console.log('connections', error, count));
    server.listen(0, () => console.log('listening', server.unref() === server));`,
  );
  t.deepEqual(lines.sort(), ['connections null 0', 'listening true']);
});

test('a program whose port is taken ends when it has heard of it', async (t) => {
  const lines = await sameEnd(
    t,
    `const net = require('net');
    const first = net.createServer().listen(0, 'localhost', () => {
      net.createServer().on('error', (error) => {
        console.log(error.code);
        first.close(() => console.log('closed'));
      }).listen(first.address().port, 'localhost');
    });`,
  );
  t.deepEqual(lines, ['EADDRINUSE', 'closed']);
});

test('an error that nobody listens for ends the program with the message of the built-in', async (t) => {
  const source = `const net = require('net');
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => {
        process.on('exit', (code) => console.log('exit', code));
        console.log(port);
        net.connect(port, '127.0.0.1');
      });
    });`;
  for (const builtin of [true, false]) {
    const { code, stdout, stderr } = await runProgram(source, { builtin, cwd });
    const [port, ...rest] = stdout.trim().split('\n');
    t.deepEqual([code, rest], [1, ['exit 1']]);
    t.true(stderr.includes(`Error: connect ECONNREFUSED 127.0.0.1:${port}\n`), stderr);
    t.regex(stderr, /Emitted 'error' event on Socket instance at:/);
    t.regex(
      stderr,
      /errno: -\d+,\s+code: 'ECONNREFUSED',\s+syscall: 'connect',\s+address: '127\.0\.0\.1',\s+port: /,
    );
  }
});
