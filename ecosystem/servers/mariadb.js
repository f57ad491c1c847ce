'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { find, versionOf } = require('../debian.js');
const { createFolder, freePort, start, userToRunAs } = require('../server.js');
const { createCertificate } = require('../certificate.js');

/** Made once: the system tables take seconds. */
let installed;

/** The account the programs use: by password, over TCP and unix sockets. */
const BOOTSTRAP = `
  CREATE DATABASE ferronet;
  FLUSH PRIVILEGES;
  CREATE USER ferronet@'%' IDENTIFIED BY 'secret';
  GRANT ALL ON *.* TO ferronet@'%';
`;

function install() {
  const user = userToRunAs('mysql');
  const folder = createFolder('mariadb', user);
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'bootstrap.sql');
  fs.writeFileSync(file, BOOTSTRAP);
  const args = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal'];
  args.push('--skip-test-db', `--extra-file=${file}`);
  const { status, stdout, stderr } = spawnSync(find('mariadb-install-db'), args, {
    ...user,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mariadb-install-db failed: ${stdout}${stderr}`);
  const files = createCertificate(folder);
  if (user) for (const each of Object.values(files)) fs.chownSync(each, user.uid, user.gid);
  return { user, folder, data, ...files };
}

module.exports = {
  package: 'mariadb-server',
  programs: ['mariadbd', 'mariadb-install-db', 'openssl'],
  version: () => versionOf('mariadbd', '--version'),

  async start() {
    installed ??= install();
    const { user, folder, data, key, certificate } = installed;
    const port = await freePort();
    const unix = path.join(folder, 'mariadb.sock');
    const settings = {
      datadir: data,
      port,
      socket: unix,
      'bind-address': '127.0.0.1',
      'pid-file': path.join(folder, 'mariadb.pid'),
      'max-allowed-packet': '64M',
      'ssl-key': key,
      'ssl-cert': certificate,
    };
    const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const address = { host: '127.0.0.1', port };
    const server = await start(find('mariadbd'), ['--no-defaults', ...args], address, user);
    const account = { user: 'ferronet', password: 'secret', database: 'ferronet' };
    return { address: { ...address, ...account, unix, certificate, pid: server.pid }, stop: server.stop };
  },
};
