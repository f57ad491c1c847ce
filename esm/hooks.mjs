// Module customization hooks for Node 20 (https://nodejs.org/api/module.html#customization-hooks): imports of net
// and dgram go to ferronet. lib/register.js does the same in the thread itself where Node can.

let targets = {};
let ownFolders = [];

export function initialize(data) {
  ({ targets, ownFolders } = data);
}

export function resolve(specifier, context, next) {
  const name = specifier.replace(/^node:/, '');
  if (!Object.hasOwn(targets, name) || context.parentURL?.startsWith(ownFolder))
    return next(specifier, context);
  return { url: targets[name], format: 'module', shortCircuit: true };
}
