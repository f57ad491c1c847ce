'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { find, versionOf } = require('../debian.js');
const { createFolder, freePort, start } = require('../server.js');
const { createCertificate } = require('../certificate.js');

module.exports = {
  package: 'mosquitto',
  programs: ['mosquitto', 'openssl'],
  version: () => versionOf('mosquitto', '-h'),

  async start() {
    const folder = createFolder('mosquitto');
    const port = await freePort();
    const tlsPort = await freePort();
    const { key, certificate } = createCertificate(folder);
    const file = path.join(folder, 'mosquitto.conf');
    const lines = [
      `listener ${port} 127.0.0.1`,
      `listener ${tlsPort} 127.0.0.1`,
      `certfile ${certificate}`,
      `keyfile ${key}`,
      'allow_anonymous true',
      ...(process.getuid() === 0 ? ['user root'] : []),
    ];
    fs.writeFileSync(file, `${lines.join('\n')}\n`);
    const server = await start(find('mosquitto'), ['-c', file], { host: '127.0.0.1', port });
    const stop = async () => {
      await server.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    };
    return { address: { host: '127.0.0.1', port, tlsPort, certificate, pid: server.pid }, stop };
  },
};
