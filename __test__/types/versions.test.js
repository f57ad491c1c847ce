'use strict';
// The packed types with each version of @types/node that a user may have, under two compilers.

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
} = require('../package/projects.js');

const folder = temporaryFolder(test);

const VERSIONS = ['20', '22', '24', '26'];
/** The last compiler in JavaScript, and the native one. */
const COMPILERS = ['typescript@5.9', 'typescript@7'];

const PROGRAMS = ['usage.ts', 'module.mts', 'require.cts'];

const OPTIONS = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  noEmit: true,
  // ferronet's own declarations are checked too.
  skipLibCheck: false,
};

let tarballs;
/** Undefined where the compilers cannot be had. */
let tools;

test.before(async (t) => {
  t.timeout(300_000);
  tarballs = await pack(folder);
  const created = createProject(folder, 'tools');
  const packages = COMPILERS.map((compiler) => `${named(compiler)}@npm:${compiler}`);
  if (await installFromRegistry(t, created, ...packages)) tools = created;
});

/** typescript@5.9 as a package of its own name, so that both are there: typescript-5.9@npm:typescript@5.9. */
const named = (compiler) => compiler.replace('@', '-');

for (const version of VERSIONS) {
  test.serial(`@types/node@${version}`, async (t) => {
    t.timeout(300_000);
    const project = createProject(folder, `types-${version}`);
    await installTarballs(project, tarballs.main);
    if (!tools || !(await installFromRegistry(t, project, `@types/node@${version}`))) {
      t.pass();
      return;
    }
    for (const program of PROGRAMS)
      fs.copyFileSync(path.join(__dirname, program), path.join(project, program));
    const config = { compilerOptions: OPTIONS, files: PROGRAMS };
    fs.writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(config));
    for (const compiler of COMPILERS) {
      const tsc = path.join(tools, 'node_modules', named(compiler), 'bin', 'tsc');
      const { code, stdout } = await runNode([tsc, '--pretty', 'false'], { cwd: project, timeout: 120_000 });
      t.is(stdout, '', compiler);
      t.is(code, 0);
    }
  });
}
