'use strict';
// nodemailer and smtp-server in one program: plain, by STARTTLS, and encrypted from the first byte.

const { createHash, randomBytes } = require('node:crypto');
const nodemailer = require('nodemailer');
const { SMTPServer } = require('smtp-server');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function createServer(options, see) {
  return new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth({ username, password }, session, done) {
      see('login', username, session.secure);
      if (password === 'secret') done(null, { user: username });
      else done(new Error('no such user'));
    },
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('nobody') ? new Error('unknown') : null);
    },
    onData(stream, session, done) {
      let bytes = 0;
      stream.on('data', (chunk) => (bytes += chunk.length));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        see('mail', to, session.secure, bytes > 4_000_000, stream.byteLength === bytes);
        done(null, 'taken');
      });
    },
    ...options,
  });
}

async function exchange(server, client, see) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address();
  const common = { host: '127.0.0.1', port, tls: { rejectUnauthorized: false } };
  const transport = nodemailer.createTransport({
    ...common,
    ...client,
    auth: { user: 'me', pass: 'secret' },
  });
  const attachment = randomBytes(3_000_000);
  const mail = { from: 'me@example.com', subject: 'a picture', text: 'see below' };
  const sent = await transport.sendMail({
    ...mail,
    to: 'you@example.com',
    attachments: [{ filename: 'picture', content: attachment }],
  });
  see('sent', sent.accepted, sent.response, sha256(attachment).length);
  const refused = await transport.sendMail({ ...mail, to: 'nobody@example.com' }).catch((error) => error);
  see('refused', refused.code, refused.responseCode, refused.message);
  const wrong = nodemailer.createTransport({ ...common, ...client, auth: { user: 'me', pass: 'wrong' } });
  see(
    'wrong password',
    (await wrong.sendMail({ ...mail, to: 'you@example.com' }).catch((error) => error)).code,
  );
  wrong.close();
  transport.close();
  await new Promise((resolve) => server.close(resolve));
}

exports.run = async ({ see }) => {
  await exchange(
    createServer({ allowInsecureAuth: true, hideSTARTTLS: true }, see),
    { ignoreTLS: true },
    see,
  );
  await exchange(createServer({}, see), { requireTLS: true }, see);
  await exchange(createServer({}, see), { requireTLS: true, pool: true, maxConnections: 2 }, see);
};
