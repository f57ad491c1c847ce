'use strict';
// node -r ferronet/register app.js: require and import of net and dgram answer with ferronet, for the whole
// program. Node's own modules keep the built-ins.

const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

/** ferronet's own code, which is built on the built-ins. */
const ownFolders = ['lib', 'esm'].map((folder) => path.join(__dirname, '..', folder) + path.sep);
const modules = { net: require('./net.js'), dgram: require('./dgram.js') };

/** 'net', 'node:net' and so on to the name of the module, else undefined. */
function swapped(request) {
  const name = request.startsWith('node:') ? request.slice('node:'.length) : request;
  return Object.hasOwn(modules, name) ? name : undefined;
}

const isOwn = (file) => typeof file === 'string' && ownFolders.some((folder) => file.startsWith(folder));

function hookRequire() {
  const load = Module._load;
  Module._load = function _load(request, parent, isMain) {
    const name = typeof request === 'string' ? swapped(request) : undefined;
    if (name !== undefined && !isOwn(parent?.filename)) return modules[name];
    return Reflect.apply(load, this, [request, parent, isMain]);
  };
}

function hookGetBuiltinModule() {
  const { getBuiltinModule } = process;
  if (!getBuiltinModule) return;
  process.getBuiltinModule = function (id) {
    const name = typeof id === 'string' ? swapped(id) : undefined;
    return name === undefined ? Reflect.apply(getBuiltinModule, this, [id]) : modules[name];
  };
}

/** The modules that imports are sent to. */
const targets = {
  net: pathToFileURL(path.join(__dirname, '..', 'esm', 'net.mjs')).href,
  dgram: pathToFileURL(path.join(__dirname, '..', 'esm', 'dgram.mjs')).href,
};

function hookImport() {
  if (typeof Module.registerHooks === 'function') {
    Module.registerHooks({
      resolve(specifier, context, next) {
        const name = swapped(specifier);
        const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined;
        if (name === undefined || isOwn(parent) || context.conditions?.includes('require')) {
          return next(specifier, context);
        }
        return { url: targets[name], format: 'module', shortCircuit: true };
      },
    });
  } else {
    // Node 20: hooks run on a thread of their own and get what they need by data.
    Module.register(pathToFileURL(path.join(__dirname, '..', 'esm', 'hooks.mjs')), {
      data: { targets, ownFolders: ownFolders.map((folder) => pathToFileURL(folder).href) },
    });
  }
}

hookRequire();
hookGetBuiltinModule();
hookImport();
