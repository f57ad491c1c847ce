'use strict';
// The key and the certificate of localhost that the runner made: { key, certificate }, in PEM.

const fs = require('node:fs');
const path = require('node:path');

const read = (name) => fs.readFileSync(path.join(__dirname, '..', 'certificate', `${name}.pem`), 'utf8');

module.exports = { key: read('key'), certificate: read('certificate') };
