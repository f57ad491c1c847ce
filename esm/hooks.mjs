// Module customization hooks for Node 20 (https://nodejs.org/api/module.html#customization-hooks): imports of net
// and dgram go to ferronet. lib/register.js does the same in the thread itself where Node can.

let targets = {};
/** File URLs of ferronet's own code, which is built on the built-ins. */
let ownFolders = [];

export function initialize(data) {
  ({ targets, ownFolders } = data);
}

export function resolve(specifier, context, next) {
  const name = specifier.replace(/^node:/, '');
  const isOwn = ownFolders.some((folder) => context.parentURL?.startsWith(folder));
  if (isOwn || !Object.hasOwn(targets, name)) return next(specifier, context);
  return { url: targets[name], format: 'module', shortCircuit: true };
}
