'use strict';
// HTTP/1.1 clients that keep their connections.

const { Rate } = require('./report.js');
const { connectAll, failAtEnd, stayAwake } = require('./tcp.js');

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
const HEAD_END = '\r\n\r\n';

/** The length of the whole answer, or infinity while its head is not there. */
function lengthOf(answer) {
  const end = answer.indexOf(HEAD_END);
  if (end < 0) return Number.POSITIVE_INFINITY;
  const head = answer.slice(0, end);
  const [, length] = head.match(/^content-length: *(\d+)$/im) ?? [];
  if (!head.startsWith('HTTP/1.1 200 ') || !length) throw new Error(`not such an answer: ${head}`);
  return end + HEAD_END.length + Number(length);
}

/** Calls `onAnswer` for every complete answer: there is one at a time. */
function onAnswers(socket, onAnswer) {
  let answer = '';
  failAtEnd(socket);
  // A character per byte, so that lengths are the same.
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text;
    if (answer.length < lengthOf(answer)) return;
    answer = '';
    onAnswer();
  });
}

/** Requests per second with one in flight on every connection. */
async function requests(options) {
  const sockets = await connectAll(options);
  if (options.awake) stayAwake();
  const rate = new Rate(options.seconds);
  return new Promise((resolve) => {
    for (const socket of sockets) {
      onAnswers(socket, () => (rate.add(1) ? socket.write(REQUEST) : resolve(rate.report())));
      socket.write(REQUEST);
    }
  });
}

module.exports = { requests };
