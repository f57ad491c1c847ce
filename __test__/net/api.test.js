'use strict';
// The members of net, by descriptor, name and length, as the running Node's net has them.

const test = require('ava');
const { builtin, ours } = require('../helpers/implementations.js');
const { chainOf, differences, shapeOf } = require('../helpers/shape.js');

/**
 * What a package cannot have (docs/differences.md): members under symbols that only Node's own modules know, and
 * the transfer of native handles to a worker.
 */
const unreachable = ['_TransferredBoundSocket'];

/** What newer versions of Node have, offered on every version. */
const additions = {
  net: [],
  Server: [],
  Socket: ['getTypeOfService', 'setTypeOfService'],
};

/** Longer argument lists of newer versions, offered on every version. */
const longer = { setKeepAlive: /length=\d/ };

const [theirs, mine] = [builtin.net, ours.net];

const same = (text, key) => (longer[key] ? text.replace(longer[key], 'length=any') : text);

const known = /^(?!@@(k[A-Z]|messaging_))/;

function comparable(object) {
  const members = Object.entries(shapeOf(object)).filter(
    ([key]) => known.test(key) && !unreachable.includes(key),
  );
  return Object.fromEntries(members.map(([key, text]) => [key, same(text, key)]));
}

test('net has the members of the running Node', (t) => {
  t.deepEqual(differences(comparable(mine), comparable(theirs), additions.net), []);
});

test('net lists its members in the same order', (t) => {
  t.deepEqual(
    Object.keys(mine),
    Object.keys(theirs).filter((key) => !unreachable.includes(key)),
  );
});

for (const name of ['Server', 'Socket']) {
  test(`net.${name} has the same statics, prototype members and chains`, (t) => {
    t.deepEqual(differences(comparable(mine[name]), comparable(theirs[name])), []);
    t.deepEqual(
      differences(comparable(mine[name].prototype), comparable(theirs[name].prototype), additions[name]),
      [],
    );
    t.deepEqual(chainOf(mine[name]), chainOf(theirs[name]));
    t.deepEqual(chainOf(mine[name].prototype), chainOf(theirs[name].prototype));
  });
}

/** Enumerable own fields with a name, and the kind of their values. */
function fieldsOf(object) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, typeof value]));
}

test('fresh instances have the same fields', (t) => {
  for (const make of [
    (net) => new net.Server(),
    (net) => new net.Socket(),
    (net) => net.createServer({ noDelay: true }),
  ]) {
    t.deepEqual(fieldsOf(make(mine)), fieldsOf(make(theirs)));
  }
});

test('an undestroyed socket answers the same to every accessor', (t) => {
  const answers = (net) => {
    const socket = new net.Socket();
    const names = Object.keys(Object.getOwnPropertyDescriptors(theirs.Socket.prototype));
    const read = (name) => {
      const { get } = Object.getOwnPropertyDescriptor(net.Socket.prototype, name) ?? {};
      return get ? get.call(socket) : 'no accessor';
    };
    return Object.fromEntries(names.map((name) => [name, read(name)]));
  };
  t.deepEqual(answers(mine), answers(theirs));
});
