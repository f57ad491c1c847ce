'use strict';
// A tour that ends by itself: a TCP chat of three clients, then a UDP exchange, all on ferronet.
//
//   npm start          or          node examples/tour.js

const { once } = require('node:events');
const path = require('node:path');
const readline = require('node:readline');
// In a program of yours: require('ferronet').
const { net, dgram, version } = require('..');
const { show } = require('./args.js');

const HOST = '127.0.0.1';

/** Every line a client sends goes to the other clients, after the name that was its first line. */
function startChat() {
  const names = new Map();
  const tellOthers = (text, speaker) => {
    for (const socket of names.keys()) if (socket !== speaker) socket.write(`${text}\n`);
  };
  return net.createServer((socket) => {
    const lines = readline.createInterface({ input: socket });
    lines.once('line', (name) => {
      names.set(socket, name);
      tellOthers(`${name} joined`, socket);
      socket.write(`Welcome, ${name}; here now: ${[...names.values()].join(', ')}\n`);
      lines.on('line', (text) => tellOthers(`${name} says: ${text}`, socket));
    });
    socket.on('close', () => {
      const name = names.get(socket);
      names.delete(socket);
      tellOthers(`${name} left`);
    });
  });
}

/** A client that prints each line it hears; `hears()` waits for the next one. */
async function join(name, port) {
  const socket = net.connect(port, HOST);
  const lines = readline.createInterface({ input: socket });
  lines.on('line', (line) => console.log(`  ${name.padEnd(5)} hears  ${line}`));
  const hears = () => once(lines, 'line');
  const welcome = hears();
  socket.write(`${name}\n`);
  await welcome;
  return { name, socket, hears };
}

/** Runs what one client does and waits until each of the others has heard of it. */
async function heardBy(others, action) {
  const heard = others.map((client) => client.hears());
  const result = await action();
  await Promise.all(heard);
  return result;
}

async function tcpTour() {
  const server = startChat().listen(0, HOST);
  await once(server, 'listening');
  const { address, port } = server.address();
  console.log(`\nA TCP chat on ${show(address, port)}`);

  const clients = [];
  for (const name of ['Ada', 'Brian', 'Chen']) {
    clients.push(await heardBy([...clients], () => join(name, port)));
  }
  for (const speaker of clients) {
    const others = clients.filter((client) => client !== speaker);
    await heardBy(others, () => speaker.socket.write(`hello from ${speaker.name}\n`));
  }
  while (clients.length > 0) {
    const leaver = clients.shift();
    await heardBy(clients, () => leaver.socket.end());
  }
  server.close();
  await once(server, 'close');
  console.log('  Everybody left and the server is closed');
}

async function udpTour() {
  const server = dgram.createSocket('udp4').bind(0, HOST);
  await once(server, 'listening');
  const { address, port } = server.address();
  console.log(`\nA UDP exchange with ${show(address, port)}`);
  server.on('message', (data, from) => server.send(`"${data}" received`, from.port, from.address));

  const client = dgram.createSocket('udp4');
  for (const message of ['one', 'two', 'three']) {
    const answer = once(client, 'message');
    client.send(message, port, HOST);
    const [data, from] = await answer;
    console.log(`  sent ${message.padEnd(5)} ${show(from.address, from.port)} answered: ${data}`);
  }
  for (const socket of [client, server]) {
    socket.close();
    await once(socket, 'close');
  }
  console.log('  Both sockets are closed');
}

async function tour() {
  const core = Object.keys(require.cache).find((file) => file.endsWith('.node'));
  console.log(`ferronet ${version} on Node ${process.version}, native core ${path.basename(core)}`);
  console.log("In your program: const { net, dgram } = require('ferronet');");
  await tcpTour();
  await udpTour();
  console.log('\nThe tour is over. Next: node examples/echo-server.js, chat-server.js, udp-echo.js ...');
}

// A tour that stops half-way would end with code 0: nothing keeps a program that waits for a promise.
process.exitCode = 1;
const patience = setTimeout(() => {
  console.error('The tour got stuck');
  process.exit(1);
}, 10_000);
tour().then(() => {
  clearTimeout(patience);
  process.exitCode = 0;
});
