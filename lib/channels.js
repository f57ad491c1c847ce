'use strict';
// What net and dgram publish (https://nodejs.org/api/diagnostics_channel.html#tcp-socket).

const diagnostics = require('node:diagnostics_channel');

const clientSocket = diagnostics.channel('net.client.socket');
const serverSocket = diagnostics.channel('net.server.socket');
const udpSocket = diagnostics.channel('udp.socket');
const listen = ['asyncStart', 'asyncEnd', 'error'].map((name) =>
  diagnostics.channel(`tracing:net.server.listen:${name}`),
);
const [listenStart, listenEnd, listenError] = listen;

function publish(channel, message) {
  if (channel.hasSubscribers) channel.publish(message);
}

/**
 * Calls `listener` with what a channel publishes, as long as somebody else holds it: the channel is the process's, and
 * module registries come and go (jest has one per file).
 */
function subscribeWeakly(name, listener) {
  const held = new WeakRef(listener);
  diagnostics.subscribe(name, (message) => held.deref()?.(message));
}

module.exports = {
  subscribeWeakly,
  publishClientSocket: (socket) => publish(clientSocket, { socket }),
  publishServerSocket: (socket) => publish(serverSocket, { socket }),
  publishUdpSocket: (socket) => publish(udpSocket, { socket }),
  publishListenStart: (server, options) => publish(listenStart, { server, options }),
  publishListenEnd: (server) => publish(listenEnd, { server }),
  publishListenError: (server, error) => publish(listenError, { server, error }),
};
