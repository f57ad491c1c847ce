'use strict';
// The shape of an API: members with their descriptors, functions with name and length, prototype chains.

const keyText = (key) => (typeof key === 'symbol' ? `@@${key.description}` : key);

const flags = (d) => ['enumerable', 'configurable', 'writable'].filter((flag) => d[flag]).join(' ');

function kindOf(value) {
  if (typeof value === 'function') {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return `${isClass ? 'class' : 'function'} name=${value.name} length=${value.length}`;
  }
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

function describe(descriptor) {
  if ('value' in descriptor) return `${flags(descriptor)} ${kindOf(descriptor.value)}`;
  const { get, set } = descriptor;
  return `${flags(descriptor)} accessor ${[get && 'get', set && 'set'].filter(Boolean).join(' ')}`;
}

/** Own members of an object to a line each. Members of every function are left out. */
function shapeOf(object) {
  const shape = {};
  for (const key of Reflect.ownKeys(object)) {
    if (typeof object === 'function' && ['length', 'name', 'arguments', 'caller'].includes(key)) continue;
    shape[keyText(key)] = describe(Object.getOwnPropertyDescriptor(object, key));
  }
  return shape;
}

/** Names of the constructors along a prototype chain. */
function chainOf(object) {
  const chain = [];
  for (let o = object; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    chain.push(Object.hasOwn(o, 'constructor') ? o.constructor.name : typeof o === 'function' ? o.name : '?');
  }
  return chain;
}

/** Members of `expected` that `actual` does not have the same way. Additions of `actual` are allowed in `additions`. */
function differences(actual, expected, additions = []) {
  const found = [];
  for (const [key, line] of Object.entries(expected)) {
    if (actual[key] !== line) found.push(`${key}: ${actual[key] ?? 'missing'} instead of ${line}`);
  }
  for (const key of Object.keys(actual)) {
    if (!Object.hasOwn(expected, key) && !additions.includes(key)) found.push(`${key}: not in the built-in`);
  }
  return found;
}

module.exports = { chainOf, differences, shapeOf };
