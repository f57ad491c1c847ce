'use strict';
// The packed package in Bun and Deno.

const fs = require('node:fs');
const path = require('node:path');
const test = require('ava').default;
const { runNode } = require('../helpers/children.js');
const {
  createProject,
  installFromRegistry,
  installTarballs,
  pack,
  temporaryFolder,
} = require('./projects.js');

const folder = temporaryFolder(test);

/**
 * The packages that hold the runtimes themselves. `bun` and `deno` fetch these by install scripts or choose among
 * them at run time; installed directly, nothing of that is needed.
 */
const RUNTIMES = {
  bun: {
    package: `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`,
    binary: 'bin/bun',
    args: [],
    registered: ['--preload', 'ferronet/register'],
  },
  deno: {
    package: `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`,
    binary: 'deno',
    args: ['run', '--allow-all', '--no-remote'],
  },
};

let tarballs;

test.before(async () => {
  tarballs = await pack(folder);
});

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  test(`${name} loads the package and echoes`, async (t) => {
    t.timeout(300_000);
    const project = createProject(folder, name);
    await installTarballs(project, tarballs.main, tarballs.platform);
    if (!(await installFromRegistry(t, project, runtime.package))) {
      t.pass();
      return;
    }
    const binary = path.join(project, 'node_modules', runtime.package, runtime.binary);
    const node = process.platform === 'win32' ? `${binary}.exe` : binary;
    fs.chmodSync(node, 0o755);
    const programs = [
      [...runtime.args, 'require.cjs'],
      [...runtime.args, 'import.mjs'],
    ];
    if (runtime.registered) {
      programs.push([...runtime.registered, 'builtin.cjs'], [...runtime.registered, 'builtin.mjs']);
    }
    for (const args of programs) {
      const { code, stdout, stderr } = await runNode(args, { cwd: project, node });
      t.is(stdout, 'tcp udp\n', `${args}: ${stderr}`);
      t.is(code, 0, `${args}`);
    }
  });
}
