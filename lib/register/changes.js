'use strict';
// Members put on objects of Node's, and taken off again.

/** What objects had before: { object, key, descriptor }, the latest last. */
const before = [];

function changeOne(object, key, value) {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  before.push({ object, key, descriptor });
  const flags = descriptor ?? { writable: true, enumerable: true, configurable: true };
  Object.defineProperty(object, key, { ...flags, value });
}

/** `pairs` of an object and the members it gets. */
function change(pairs) {
  for (const [object, members] of pairs) {
    for (const [key, value] of Object.entries(members)) changeOne(object, key, value);
  }
}

function undoChanges() {
  while (before.length > 0) {
    const { object, key, descriptor } = before.pop();
    if (descriptor) Object.defineProperty(object, key, descriptor);
    else delete object[key];
  }
}

module.exports = { change, undoChanges };
