'use strict';
// What comes outside of turns: the order of ticks, and callbacks for the rounds of Node's loop.

const { rootScope } = require('../handles/scope.js');

// Captured at load: fake timers replace the globals.
const { setImmediate } = globalThis;

/**
 * Node runs nextTick and promise callbacks after every I/O callback; within a batch we do. Captured, because
 * `process` is slow to look up: an accessor of the global object, and itself a dictionary.
 */
const { _tickCallback: runTicks = () => {} } = process;

/**
 * Turns belong to nobody's async context: whoever made the first socket, or woke us, is not their cause. Only what
 * starts them is made in this scope: ticks that run within a scope and throw would corrupt the stack of async ids.
 */
const root = rootScope();

const immediately = (callback) => root.runInAsyncScope(setImmediate, undefined, callback);

// Callbacks that the built-in makes at the start of the loop's next round: finished shutdowns. They come before
// whatever the peer answers, which is an event of a later collect at the earliest.
const soon = [];

function atNextRound(task) {
  if (soon.push(task) === 1) immediately(runSoon);
}

function runSoon() {
  try {
    while (soon.length > 0) {
      soon.shift()();
      runTicks();
    }
  } finally {
    // A callback threw: the others have a round of their own.
    if (soon.length > 0) immediately(runSoon);
  }
}

const hasSoon = () => soon.length > 0;

// Callbacks that the built-in makes from the end of a round: closed handles.
let later = [];

/** Runs `task` after the immediates of this round; keeps the program alive until then. */
function afterwards(task) {
  if (later.push(task) === 1) process.nextTick(immediately, runLater);
}

function runLater() {
  const tasks = later;
  later = [];
  let done = 0;
  try {
    while (done < tasks.length) {
      if (done > 0) runTicks();
      tasks[done++]();
    }
  } finally {
    if (done < tasks.length) {
      const rest = tasks.slice(done);
      if (later.length === 0) immediately(runLater);
      later = rest.concat(later);
    }
  }
}

const hasLater = () => later.length > 0;

let polls = false;

/**
 * Keeps the program alive until Node's loop has polled again. What a turn brings may be newer than what the loop saw of other
 * handles in its last poll; if the program ended here, what came to them before would be lost: the acknowledgment
 * without which an IPC channel, which keeps nothing alive, does not send its next message.
 */
function pollOnceMore() {
  if (polls) return;
  polls = true;
  // The first comes in the round that is under way, after its poll.
  immediately(() => immediately(() => (polls = false)));
}

module.exports = {
  afterwards,
  atNextRound,
  hasLater,
  hasSoon,
  immediately,
  pollOnceMore,
  root,
  runSoon,
  runTicks,
};
