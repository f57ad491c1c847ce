'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { find, versionOf } = require('../debian.js');
const { createFolder, freePort, start, userToRunAs } = require('../server.js');
const { createCertificate } = require('../certificate.js');

/** Made once: initdb takes seconds. */
let cluster;

function createCluster() {
  const user = userToRunAs('postgres');
  const folder = createFolder('postgres', user);
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const data = path.join(folder, 'data');
  const args = ['-D', data, '-U', 'ferronet', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const { status, stderr } = spawnSync(find('initdb'), args, { ...user, encoding: 'utf8' });
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  const files = createCertificate(folder);
  if (user) for (const file of Object.values(files)) fs.chownSync(file, user.uid, user.gid);
  fs.chmodSync(files.key, 0o600);
  return { user, folder, data, ...files };
}

module.exports = {
  package: 'postgresql',
  programs: ['postgres', 'initdb', 'openssl'],
  version: () => versionOf('postgres', '--version'),

  async start() {
    cluster ??= createCluster();
    const { user, folder, data, key, certificate } = cluster;
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      fsync: 'off',
      ssl: 'on',
      ssl_key_file: key,
      ssl_cert_file: certificate,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = await start(find('postgres'), ['-D', data, ...args], { host: '127.0.0.1', port }, user);
    const address = { host: '127.0.0.1', port, unix: folder, certificate, user: 'ferronet', pid: server.pid };
    return { address, stop: server.stop };
  },
};
