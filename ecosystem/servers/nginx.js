'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { find, versionOf } = require('../debian.js');
const { createFolder, freePort, start } = require('../server.js');

/** One worker in the foreground: static files, and two ways to a backend that the program under test is. */
const configuration = ({ folder, port, backendPort, backendUnix }) => `
  daemon off;
  ${process.getuid() === 0 ? 'user root;' : ''}
  worker_processes 1;
  pid ${folder}/nginx.pid;
  error_log stderr;
  events {}
  http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    client_max_body_size 64m;
    upstream tcp { server 127.0.0.1:${backendPort}; keepalive 4; }
    upstream unix { server unix:${backendUnix}; keepalive 4; }
    server {
      listen 127.0.0.1:${port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      location /static/ { root ${folder}; }
      location /tcp/ { proxy_pass http://tcp/; }
      location /unix/ { proxy_pass http://unix/; }
    }
  }
`;

module.exports = {
  package: 'nginx-light',
  programs: ['nginx'],
  version: () => versionOf('nginx', '-v'),

  async start() {
    const folder = createFolder('nginx');
    fs.mkdirSync(path.join(folder, 'static'));
    const [port, backendPort] = [await freePort(), await freePort()];
    const backendUnix = path.join(folder, 'backend.sock');
    const file = path.join(folder, 'nginx.conf');
    fs.writeFileSync(file, configuration({ folder, port, backendPort, backendUnix }));
    const listens = { host: '127.0.0.1', port };
    const server = await start(find('nginx'), ['-e', 'stderr', '-c', file, '-p', folder], listens);
    const stop = async () => {
      await server.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    };
    const files = path.join(folder, 'static');
    return { address: { ...listens, backendPort, backendUnix, files, pid: server.pid }, stop };
  },
};
