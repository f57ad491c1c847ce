'use strict';
// A real link: a veth pair between two network namespaces (Linux, root).

const { execFileSync } = require('node:child_process');

const ADDRESSES = ['10.9.0.1', '10.9.0.2'];
const DEVICE = 'v0';

const ip = (...args) => execFileSync('ip', args, { stdio: 'pipe' });

/** Makes the link: { near, far }, the names of its ends' namespaces. null where this is not possible. */
function makeLink() {
  const link = { near: `fn-near-${process.pid}`, far: `fn-far-${process.pid}` };
  try {
    ip('netns', 'add', link.near);
    ip('netns', 'add', link.far);
    ip('link', 'add', DEVICE, 'netns', link.near, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', link.far);
    for (const [i, name] of [link.near, link.far].entries()) {
      ip('-n', name, 'addr', 'add', `${ADDRESSES[i]}/24`, 'dev', DEVICE);
      ip('-n', name, 'link', 'set', DEVICE, 'up', 'mtu', '1500');
    }
    return link;
  } catch {
    removeLink(link);
    return null;
  }
}

function removeLink({ near, far }) {
  for (const name of [near, far]) {
    try {
      ip('netns', 'del', name);
    } catch {
      // It was never there.
    }
  }
}

module.exports = { ADDRESSES, DEVICE, makeLink, removeLink };
