'use strict';
// The async context a handle's callbacks run in: that of the place where the handle was made, as the built-in's
// handles have it (https://nodejs.org/api/async_context.html).

const { AsyncResource } = require('node:async_hooks');

/** requireManualDestroy: the handle says when it ends, so nothing has to watch the garbage collector. */
const options = { requireManualDestroy: true };

function makeScope(type) {
  return new AsyncResource(type, options);
}

module.exports = { makeScope };
