'use strict';
// The servers' programs: found where they are, or installed as Debian packages.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** Besides PATH: where Debian keeps servers. */
const FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  if (!fs.existsSync(versions)) return [];
  return fs.readdirSync(versions).map((version) => path.join(versions, version, 'bin'));
}

/** The path of a program, or undefined. */
function find(program) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...FOLDERS, ...postgresFolders()];
  return folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file));
}

let updated = false;

function apt(...args) {
  // RUNLEVEL=1: invoke-rc.d(8) starts no service of the system in single-user mode.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, encoding: 'utf8' });
}

/** Makes the programs of a server be there. Returns null, or why they are not. */
function provide({ programs, package: name }) {
  const missing = () => programs.filter((program) => !find(program));
  if (missing().length === 0) return null;
  const absent = `${missing().join(', ')} not found`;
  if (!find('apt-get')) return `${absent}, and there is no apt-get`;
  if (process.getuid() !== 0) return `${absent}; as root this would install ${name}`;
  console.log(`installing ${name} (apt-get)`);
  if (!updated) updated = apt('update').status === 0;
  const { status, stderr } = apt('install', '-y', '--no-install-recommends', name);
  if (status === 0 && missing().length === 0) return null;
  return `${absent}: ${stderr.trim().split('\n').at(-1)}`;
}

/** What a server says of its version. */
function versionOf(program, ...args) {
  const { stdout, stderr } = spawnSync(find(program), args, { encoding: 'utf8' });
  return `${stdout}${stderr}`.match(/\d+\.\d+(\.\d+)?/)?.[0];
}

module.exports = { find, provide, versionOf };
