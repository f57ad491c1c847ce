'use strict';
// One request by Node's http: { status, type, body }, the body as text.

const http = require('node:http');

function ask({ body, ...options }) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, async (response) => {
      let text = '';
      response.setEncoding('utf8');
      try {
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, type: response.headers['content-type'], body: text });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

module.exports = { ask };
