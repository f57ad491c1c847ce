'use strict';
// Two hosts on one network: two network namespaces and a cable between them. Needs Linux and root.

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

/** Two hosts, [{ address, enter }, { address, enter }], that are gone when the test is over. */
function twoHosts(t) {
  made += 1;
  // The name of an interface has at most 15 characters.
  const hosts = ['a', 'b'].map((letter, i) => {
    const name = `fn${process.pid}-${made}${letter}`;
    return { name, cable: name, address: `192.0.2.${i + 1}`, enter: ['ip', 'netns', 'exec', name] };
  });
  t.teardown(() => {
    for (const { name } of hosts) ip('netns', 'delete', name);
  });
  const [a, b] = hosts;
  for (const { name } of hosts) ip('netns', 'add', name);
  ip('link', 'add', a.cable, 'netns', a.name, 'type', 'veth', 'peer', 'name', b.cable, 'netns', b.name);
  for (const { name, cable, address } of hosts) {
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'address', 'add', `${address}/24`, 'broadcast', '+', 'dev', cable);
    ip('-n', name, 'link', 'set', cable, 'up');
    // Where a group is that nobody says a network for.
    ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', cable);
  }
  return hosts;
}

/** ava's test where there can be two hosts; elsewhere the test is skipped and its title says why. */
function testWithTwoHosts(test) {
  const reason = obstacle();
  if (!reason) return (title, body) => test(title, (t) => body(t, twoHosts(t)));
  return (title, body) => test.skip(`${title} (skipped: ${reason})`, body);
}

module.exports = { testWithTwoHosts };
