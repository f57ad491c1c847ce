'use strict';
// npm run test:ecosystem: libraries and servers on the built-in and on ferronet. README.md has the options.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { provide } = require('./debian.js');
const { integrations } = require('./integrations.js');
const { runIntegration } = require('./integration.js');
const { rates } = require('./rates.js');
const { createWorkspace } = require('./workspace.js');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: process.execPath },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    rates: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
  },
});

/** A name asked for by itself is that one integration; other filters are parts of names. */
function selected() {
  const exact = integrations.filter(({ name }) => positionals.includes(name));
  if (exact.length > 0 || positionals.length === 0) return positionals.length === 0 ? integrations : exact;
  return integrations.filter(({ name }) => positionals.some((filter) => name.includes(filter)));
}

const serverOf = (name) => require(path.join(__dirname, 'servers', `${name}.js`));

/** Starts servers, gives their addresses to `use` and stops them. */
async function withServers(names, use) {
  const started = [];
  try {
    const addresses = {};
    for (const name of names) {
      const server = await serverOf(name).start();
      started.push(server);
      addresses[name] = server.address;
    }
    return await use(addresses);
  } finally {
    for (const server of started) await server.stop();
  }
}

/** Runs an integration, or says why it cannot: { status, reason, types, seconds }. */
async function attempt(integration, workspace) {
  const reasons = integration.servers.map((name) => provide(serverOf(name))).filter(Boolean);
  if (reasons.length > 0) return { status: 'skipped', reason: reasons.join('; ') };
  const before = Date.now();
  try {
    const { problem, types, lines } = await runIntegration(integration, {
      node: values.node,
      folder: workspace.folder,
      withServers: (use) => withServers(integration.servers, use),
    });
    const seconds = (Date.now() - before) / 1000;
    return { status: problem === null ? 'passed' : 'failed', reason: problem, types, lines, seconds };
  } catch (error) {
    return { status: 'failed', reason: error.stack };
  }
}

/** What was run, by name and version. */
function described({ name, libraries, servers, through }, workspace) {
  const versions = libraries.map((library) => [library, workspace.version(library)]);
  const serverVersions = servers.map((server) => [serverOf(server).package, serverOf(server).version()]);
  return {
    name,
    libraries: Object.fromEntries(versions),
    servers: Object.fromEntries(serverVersions),
    through,
  };
}

function show({ name, status, reason, types = {}, lines, seconds }) {
  const counts = Object.entries(types).map(([type, count]) => `${count} ${type}`);
  const detail = { passed: `${lines} lines, ${seconds.toFixed(1)} s, ${counts.join(', ')}`, skipped: reason };
  console.log(`${status.padEnd(7)} ${name}${detail[status] ? `: ${detail[status]}` : `\n  ${reason}`}`);
}

async function main() {
  const chosen = selected();
  if (values.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  const workspace = await createWorkspace();
  const results = [];
  try {
    if (values.rates) {
      const seconds = Number(values.seconds);
      if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds is a number up to 60');
      return await rates({ node: values.node, folder: workspace.folder, seconds });
    }
    for (const integration of chosen) {
      const result = await attempt(integration, workspace);
      const skipped = result.status === 'skipped';
      results.push({
        ...described(skipped ? { ...integration, servers: [] } : integration, workspace),
        ...result,
      });
      show(results.at(-1));
    }
  } finally {
    workspace.remove();
  }
  finish(results);
}

function finish(results) {
  const of = (status) => results.filter((result) => result.status === status).length;
  if (values.json) {
    const node = execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim();
    fs.writeFileSync(values.json, `${JSON.stringify({ node, results }, null, 2)}\n`);
  }
  if (of('skipped') > 0) console.log(`${of('skipped')} skipped`);
  console.log(`${of('passed')} of ${of('passed') + of('failed')} passed`);
  // A run that shows nothing is no success.
  process.exitCode = of('failed') === 0 && of('passed') > 0 ? 0 : 1;
}

main();
