'use strict';

const { find, versionOf } = require('../debian.js');
const { freePort, start } = require('../server.js');

module.exports = {
  package: 'nats-server',
  programs: ['nats-server'],
  version: () => versionOf('nats-server', '--version'),

  async start() {
    const port = await freePort();
    const address = { host: '127.0.0.1', port };
    const server = await start(find('nats-server'), ['-a', '127.0.0.1', '-p', String(port)], address);
    return { address: { ...address, pid: server.pid }, stop: server.stop };
  },
};
