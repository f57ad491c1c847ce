'use strict';
// Two hosts: two network namespaces with one cable between them or several, each a network of its own. Needs Linux
// and root.

const { execFileSync } = require('node:child_process');

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Why there cannot be two hosts here, or undefined. */
function obstacle() {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid() !== 0) return 'only root may make network namespaces';
  const name = `ferronet-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'exec', name, 'true');
  } catch (error) {
    return `ip netns does not work: ${String(error.stderr || error.message).trim()}`;
  } finally {
    try {
      ip('netns', 'delete', name);
    } catch {
      // It was not made.
    }
  }
}

let made = 0;

/** Networks for documentation (RFC 5737, RFC 3849): the first three numbers, and the IPv6 prefix. */
const NETWORKS = [
  ['192.0.2', '2001:db8:1:'],
  ['198.51.100', '2001:db8:2:'],
];

/** Two hosts that are gone when the test is over: { enter, cables: [{ device, address, address6 }], address }. */
function twoHosts(t, cables) {
  made += 1;
  const hosts = ['a', 'b'].map((letter, i) => {
    // The name of an interface has at most 15 characters.
    const name = `fn${process.pid}-${made}${letter}`;
    const ends = NETWORKS.slice(0, cables).map(([network, network6], n) => ({
      device: `${name}${n}`,
      address: `${network}.${i + 1}`,
      address6: `${network6}:${i + 1}`,
    }));
    return { name, cables: ends, address: ends[0].address, enter: ['ip', 'netns', 'exec', name] };
  });
  t.teardown(() => {
    for (const { name } of hosts) ip('netns', 'delete', name);
  });
  for (const { name } of hosts) ip('netns', 'add', name);
  const [a, b] = hosts;
  a.cables.forEach(({ device }, n) => {
    const peer = ['peer', 'name', b.cables[n].device, 'netns', b.name];
    ip('link', 'add', device, 'netns', a.name, 'type', 'veth', ...peer);
  });
  for (const host of hosts) plugIn(host);
  for (const host of hosts) waitForCarrier(host);
  return hosts;
}

function plugIn({ name, cables }) {
  ip('-n', name, 'link', 'set', 'lo', 'up');
  for (const { device, address, address6 } of cables) {
    ip('-n', name, 'address', 'add', `${address}/24`, 'broadcast', '+', 'dev', device);
    // Without "nodad" the address could not be used for a while.
    ip('-n', name, 'address', 'add', `${address6}/64`, 'dev', device, 'nodad');
    ip('-n', name, 'link', 'set', device, 'up');
  }
  // Where a group is that nobody says a network for.
  ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', cables[0].device);
}

/** The kernel takes note of a cable some time after it was plugged in; groups joined before may hear nothing. */
function waitForCarrier({ name, cables }) {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (const { device } of cables) {
    const isUp = () => ip('-n', name, '-o', 'link', 'show', 'dev', device).includes('state UP');
    for (let naps = 0; !isUp() && naps < 200; naps++) Atomics.wait(nap, 0, 0, 25);
  }
}

/** ava's test with two hosts and so many cables, where there can be such; elsewhere the test is skipped and its title says why. */
function testWithTwoHosts(test, cables = 1) {
  const reason = obstacle();
  if (!reason) return (title, body) => test(title, (t) => body(t, twoHosts(t, cables)));
  return (title, body) => test.skip(`${title} (skipped: ${reason})`, body);
}

module.exports = { testWithTwoHosts };
