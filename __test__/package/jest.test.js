'use strict';
// Users' tests run by jest, which gives each test file a realm and a module registry of its own.

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

/** undefined where jest cannot be installed. */
let project;

test.before(async (t) => {
  t.timeout(300_000);
  const { main, platform } = await pack(folder);
  const created = createProject(folder, 'jest-user', 'jest');
  await installTarballs(created, main, platform);
  if (await installFromRegistry(t, created, 'jest@30')) project = created;
});

/** What jest prints, which goes to stderr. */
async function jest(t, ...args) {
  const bin = path.join(project, 'node_modules', 'jest', 'bin', 'jest.js');
  const { code, stderr } = await runNode([bin, '--ci', ...args], { cwd: project, timeout: 60_000 });
  t.is(code, 0, stderr);
  t.regex(stderr, /Test Suites: 2 passed, 2 total/);
  return stderr;
}

/** Passes at once where there is no jest; test.before said why. */
function withJest(name, body) {
  test.serial(name, async (t) => {
    t.timeout(90_000);
    if (project) {
      await body(t);
    } else {
      t.log('skipped: no jest');
      t.pass();
    }
  });
}

withJest('jest passes in band', async (t) => {
  await jest(t, '--runInBand');
});

withJest('jest passes in worker processes', async (t) => {
  await jest(t, '--maxWorkers=2');
});

withJest('jest passes in worker threads', async (t) => {
  await jest(t, '--maxWorkers=2', '--workerThreads');
});

withJest('jest finds no open handles', async (t) => {
  t.notRegex(await jest(t, '--runInBand', '--detectOpenHandles'), /open handle/);
});
