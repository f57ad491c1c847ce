'use strict';
// A key and a certificate for localhost, made anew for each server.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

/** Writes key.pem and certificate.pem to `folder` and returns their paths. */
function createCertificate(folder) {
  const key = path.join(folder, 'key.pem');
  const certificate = path.join(folder, 'certificate.pem');
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  args.push('-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost');
  args.push('-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { key, certificate };
}

module.exports = { createCertificate };
