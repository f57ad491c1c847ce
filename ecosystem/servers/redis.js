'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { find, versionOf } = require('../debian.js');
const { createFolder, freePort, start } = require('../server.js');

module.exports = {
  package: 'redis-server',
  programs: ['redis-server'],
  version: () => versionOf('redis-server', '--version'),

  async start() {
    const folder = createFolder('redis');
    const port = await freePort();
    const unix = path.join(folder, 'redis.sock');
    const settings = {
      port,
      bind: '127.0.0.1',
      unixsocket: unix,
      dir: folder,
      save: '',
      // DEBUG SLEEP keeps a command under way while the server is killed.
      'enable-debug-command': 'local',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const server = await start(find('redis-server'), args, { host: '127.0.0.1', port });
    const stop = async () => {
      await server.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    };
    return { address: { host: '127.0.0.1', port, unix, pid: server.pid }, stop };
  },
};
