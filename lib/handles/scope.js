'use strict';
// The async context a handle's callbacks run in: that of the place where the handle was made, as the built-in's
// handles have it (https://nodejs.org/api/async_context.html).

const asyncHooks = require('node:async_hooks');

const { AsyncResource } = asyncHooks;

/**
 * Node 24 chooses how it keeps async contexts when it is first asked, at the latest at the end of the first immediate, and what
 * was compiled by then stays slow: 110 ns for each runInAsyncScope instead of 10, 120 for each tick instead of 60. Asking
 * for AsyncLocalStorage chooses now (lib/async_hooks.js and lib/internal/async_context_frame.js of Node).
 */
void asyncHooks.AsyncLocalStorage;

/** requireManualDestroy: the handle says when it ends, so nothing has to watch the garbage collector. */
const options = { requireManualDestroy: true };

/** Tools that look for what keeps a program alive (jest's --detectOpenHandles) ask hasRef(). */
class Scope extends AsyncResource {
  #handle;

  constructor(type, handle) {
    super(type, options);
    this.#handle = handle;
  }

  hasRef() {
    return this.#handle.hasRef();
  }

  /** The handle's last event: the callback of its close, if it has one, and the end of the async resource. */
  end(callback) {
    try {
      if (callback) this.runInAsyncScope(callback, this.#handle);
    } finally {
      this.emitDestroy();
    }
  }
}

/**
 * Something that a program began and that is under way: its callback comes in the async context of the call that
 * began it. AsyncResource.bind would do the same; it makes a deprecation wrapper each time, for more than a
 * connection costs otherwise.
 */
class Request extends AsyncResource {
  #callback;

  constructor(type, callback) {
    super(type, options);
    this.#callback = callback;
  }

  done(...results) {
    try {
      this.runInAsyncScope(this.#callback, undefined, ...results);
    } finally {
      this.emitDestroy();
    }
  }
}

/** The context of what belongs to no program: it keeps nothing alive. */
const rootScope = () => new Scope('FERRONET', { hasRef: () => false });

module.exports = { Request, Scope, rootScope };
