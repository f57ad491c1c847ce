'use strict';
// The packed package under users' tools: test runners, bundlers, pnpm.

const fs = require('node:fs');
const path = require('node:path');
const test = require('ava').default;
const { runNode } = require('../helpers/children.js');
const {
  createProject,
  installFromRegistry,
  installTarballs,
  ownTarget,
  pack,
  run,
  temporaryFolder,
} = require('./projects.js');

const folder = temporaryFolder(test);
const TIMEOUT = 300_000;

let tarballs;

test.before(async () => {
  tarballs = await pack(folder);
});

/**
 * A test of a tool that comes from the registry: `use(t, project, bin)`, where bin(package, ...path) is a file of an
 * installed package. Passes at once, with the reason in the log, where the tool cannot be had. One after the other: each
 * keeps every core busy.
 */
function withTool(title, tool, packages, use) {
  test.serial(title, async (t) => {
    t.timeout(TIMEOUT);
    const project = createProject(folder, title.replaceAll(/\W+/g, '-'), tool);
    await installTarballs(project, tarballs.main, tarballs.platform);
    if (packages.length > 0 && !(await installFromRegistry(t, project, ...packages))) {
      t.pass();
      return;
    }
    const bin = (...parts) => path.join(project, 'node_modules', ...parts);
    await use(t, (args) => runNode(args, { cwd: project, timeout: 60_000 }), bin, project);
  });
}

// The versions are the last that run on the oldest Node of ours.

withTool('vitest, in processes and in threads', 'vitest', ['vitest@3'], async (t, node, bin) => {
  for (const pool of ['forks', 'threads']) {
    const { code, stdout, stderr } = await node([
      bin('vitest', 'vitest.mjs'),
      'run',
      '--dir',
      'vitest',
      `--pool=${pool}`,
    ]);
    t.is(code, 0, `${pool}: ${stdout}${stderr}`);
    t.regex(stdout, /Tests\s+7 passed/);
  }
});

withTool('node:test', 'node-test', [], async (t, node) => {
  const { code, stdout } = await node(['--test', '--test-reporter=tap', 'node-test/echo.test.cjs']);
  t.is(code, 0, stdout);
  t.regex(stdout, /^# pass [1-9]/m);
  t.regex(stdout, /^# fail 0$/m);
});

withTool('ava, in processes and in threads', 'ava', ['ava@6'], async (t, node, bin) => {
  for (const flags of [[], ['--no-worker-threads']]) {
    const { code, stdout, stderr } = await node([bin('ava', 'entrypoints', 'cli.mjs'), ...flags, 'ava/*']);
    t.is(code, 0, `${stdout}${stderr}`);
    t.regex(stdout, /6 tests passed/);
  }
});

/** The bundle runs where the platform's package is, and says what is missing where it is not. */
async function runBundle(t, file, project) {
  const { code, stdout, stderr } = await runNode([file], { cwd: project });
  t.is(stdout, 'tcp udp\n', stderr);
  t.is(code, 0);
  const away = path.join(folder, `${path.basename(project)}.cjs`);
  fs.copyFileSync(path.join(project, file), away);
  const alone = await runNode([away], { cwd: folder });
  t.regex(alone.stderr, /ERR_FERRONET_BINDING/);
  t.not(alone.code, 0);
}

withTool('a bundle by esbuild', 'bundle', ['esbuild@0.28'], async (t, _node, bin, project) => {
  const args = [
    'require.cjs',
    '--bundle',
    '--platform=node',
    '--log-level=warning',
    '--outfile=dist/esbuild.cjs',
  ];
  const { code, output } = await run(bin('esbuild', 'bin', 'esbuild'), args, project);
  t.is(output, '');
  t.is(code, 0);
  await runBundle(t, 'dist/esbuild.cjs', project);
});

withTool('a bundle by webpack', 'bundle', ['webpack@5', 'webpack-cli@6'], async (t, node, bin, project) => {
  const config = ['--config', 'bundle/webpack.config.cjs'];
  const { code, stdout } = await node([bin('webpack-cli', 'bin', 'cli.js'), ...config]);
  t.is(code, 0, stdout);
  t.notRegex(stdout, /WARNING/);
  await runBundle(t, 'dist/webpack.cjs', project);
});

/** pnpm links each package to what it declares and to nothing else. The core has no version in the registry yet. */
test.serial('node_modules by pnpm', async (t) => {
  t.timeout(TIMEOUT);
  const tool = createProject(folder, 'pnpm-itself');
  if (!(await installFromRegistry(t, tool, 'pnpm@10'))) {
    t.pass();
    return;
  }
  const project = createProject(folder, 'pnpm');
  const overrides = { [`ferronet-${ownTarget()}`]: `file:${tarballs.platform}` };
  const manifest = {
    private: true,
    dependencies: { ferronet: `file:${tarballs.main}` },
    pnpm: { overrides },
  };
  fs.writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
  const pnpm = path.join(tool, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  const args = [pnpm, 'install', '--ignore-scripts', '--store-dir', path.join(folder, 'pnpm-store')];
  const installed = await runNode(args, { cwd: project, timeout: 120_000 });
  t.is(installed.code, 0, `${installed.stdout}${installed.stderr}`);
  t.true(fs.lstatSync(path.join(project, 'node_modules', 'ferronet')).isSymbolicLink());
  for (const program of [['require.cjs'], ['import.mjs'], ['-r', 'ferronet/register', 'builtin.cjs']]) {
    const { code, stdout, stderr } = await runNode(program, { cwd: project });
    t.is(stdout, 'tcp udp\n', stderr);
    t.is(code, 0);
  }
});
