'use strict';
// The JavaScript half of the reactor: the doorbell's callback, the immediates of a busy phase, and the order
// of ticks. A handle is any object with `onready(readiness)` and `again()`.

const { Buffer } = require('node:buffer');
const process = require('node:process');
const { Reactor } = require('../binding.js');
const blocks = require('./blocks.js');
const { onBusyPoll } = require('./busy-poll.js');
const { hasLater, hasSoon, immediately, pollOnceMore, root, runSoon, runTicks } = require('./rounds.js');

// Captured at load: fake timers replace the globals.
const { setTimeout } = globalThis;

/** What a handle became ready for (src/reactor/ready.rs). */
const READ = 1;

/** Handles one collect may name. */
const READY_CAPACITY = 1024;

/** Collects in one drain, so that timers and other work keep their turn under a flood. */
const MAX_COLLECTS = 4;

/** What makes a turn, and a further collect within it (src/bridge/calls.rs). */
const BY_IMMEDIATE = 1;
const BY_BELL = 2;
const AGAIN = 0;

const ready = new Int32Array(READY_CAPACITY);
/** Handles by the index that native code gave them. */
const handles = [];

let reactor = null;
let inTurn = false;
/** Whether an immediate is on its way. */
let scheduled = false;
/** What the current collect found and how far it was delivered: a throwing listener must not lose the rest. */
let found = 0;
let next = 0;
let events = 0;
/** The handle that is being delivered to. */
let current;
/** How many referenced handles are active. */
let active = 0;
/** Functions to run at the end of a turn, such as sending what was queued during it. Mostly there is one at most. */
let firstFlush = null;
const moreFlushes = [];

/** The functions that are called for every event; they take a handle's index (src/bridge/calls.rs). */
let calls = null;

/**
 * Whether Node's own loop shall wait for the driver: no thread hop per event. It needs libuv, which Bun only pretends
 * to have. FERRONET_WAITER=follower or nested forces one.
 */
function inLoop() {
  const { bun, deno } = process.versions;
  return !bun && !deno && process.env.FERRONET_WAITER !== 'follower';
}

/** Before libuv 1.52 a reset that comes with data is the end of the stream, from there on an error. */
function resetIsEnd() {
  const [major, minor] = (process.versions.uv ?? '').split('.').map(Number);
  return major === 1 && minor < 52;
}

/** Whether the reactor could not begin: no descriptor was left. */
let failed = false;

function theReactor() {
  if (reactor === null || failed) begin();
  return reactor;
}

/** Makes the reactor, or another one in the place of one that could not begin. */
function begin() {
  const make = () => new Reactor(onBell, Buffer.from(ready.buffer), inLoop() ? root : null);
  const made = root.runInAsyncScope(make);
  if (failed) for (const forget of retired) forget();
  reactor = made;
  failed = reactor.waiter() === 'nobody';
  if (resetIsEnd()) reactor.setResetIsEnd();
  if (busyPoll > 0) reactor.setBusyPoll(busyPoll);
  if (active > 0) reactor.setReferenced(true);
  // A copy: objects that native code has put together are dictionaries to V8, and each lookup a call.
  calls = { ...reactor.calls() };
  blocks.lend(reactor, calls);
}

let busyPoll = 0;

onBusyPoll((micros) => {
  busyPoll = micros;
  reactor?.setBusyPoll(micros);
});

/**
 * Handles that were made and not closed. The reactor is there for them: a program that has none for a while has no
 * thread of ours either, and nothing that a test runner would call an open handle.
 */
let living = 0;
let retirement = null;

/** How long, in ms, a reactor stays without handles: short connections in a row share one. */
const RETIRE_AFTER = 10;

/** A handle is being made; it is the reactor's until it calls `dismiss`. */
function enlist() {
  living++;
  return theReactor();
}

function dismiss() {
  if (--living === 0) retireSoon();
}

function retireSoon() {
  if (retirement === null) retirement = setTimeout(retire, RETIRE_AFTER).unref();
  else retirement.refresh();
}

function retire() {
  retirement = null;
  if (living > 0) return;
  if (scheduled || hasLater()) {
    retireSoon();
    return;
  }
  const old = reactor;
  reactor = null;
  failed = false;
  calls = null;
  blocks.takeBack();
  for (const forget of retired) forget();
  old.stop();
}

/** What others keep for the life of a reactor. */
const retired = [];

function onRetire(forget) {
  retired.push(forget);
}

function onBell() {
  // A last ring of a reactor that has ended meanwhile.
  if (reactor === null) return;
  turn(BY_BELL);
}

function onImmediate() {
  scheduled = false;
  if (reactor === null) return;
  turn(BY_IMMEDIATE);
}

function schedule() {
  if (scheduled) return;
  scheduled = true;
  immediately(onImmediate);
}

function turn(made) {
  if (inTurn) return;
  inTurn = true;
  let finished = false;
  let ids = 0;
  let collects = 0;
  events = 0;
  try {
    if (hasSoon()) runSoon();
    // What a throw left over is delivered first.
    deliver();
    while ((found = calls.collect(made)) > 0) {
      next = 0;
      ids += found;
      made = AGAIN;
      // Ticks come between a collect and its delivery, so that the last ones are left to Node.
      if (collects++ > 0) betweenEvents();
      deliver();
      if (collects === MAX_COLLECTS) break;
    }
    if (found < 0) breakDown(found);
    flush();
    finished = true;
  } finally {
    inTurn = false;
    if (!finished) interrupted();
    else if (calls.rest(ids, events, collects > 1 ? collects - 1 : 0)) schedule();
  }
}

/**
 * Nothing will become ready any more (src/bridge/calls.rs, `collect`): every handle is lost, and those that follow have
 * another reactor.
 */
function breakDown(status) {
  found = 0;
  for (const handle of handles.splice(0)) handle?.lose(status);
  reactor.stop();
  for (const forget of retired) forget();
  begin();
}

function deliver() {
  while (next < found) {
    const entry = ready[next++];
    current = handles[entry >> 2];
    current?.onready(entry & 3);
    if (next < found) betweenEvents();
  }
}

/** A listener threw: what was collected comes with the next turn, and the handle goes on where it was. */
function interrupted() {
  current?.again();
  schedule();
}

function flush() {
  while (firstFlush !== null) {
    const task = firstFlush;
    firstFlush = moreFlushes.length > 0 ? moreFlushes.shift() : null;
    task();
  }
}

/**
 * Runs `task` at the end of the turn, or with the next ticks where there is none. Sends of one tick, or of
 * one turn, leave together that way.
 */
function atFlush(task) {
  if (!inTurn) process.nextTick(task);
  else if (firstFlush === null) firstFlush = task;
  else moreFlushes.push(task);
}

/** Whether a turn is being made, at whose end `atFlush` comes. */
function isUnderWay() {
  return inTurn;
}

/** One more event of the current batch was delivered; ticks come between this one and the next. */
function delivered() {
  events++;
}

/** A handle made work outside a turn: sees to it that one comes. */
function kick() {
  if (!inTurn && calls.needsTurn()) schedule();
}

/** Gives a handle its place: the index that native code calls it by. */
function add(handle, index) {
  handles[index] = handle;
  return index;
}

/** Takes the place back; -1 stands for a handle that never had one. */
function remove(index) {
  if (index >= 0) handles[index] = undefined;
}

/** The functions that native code has for streams and turns, while a handle is enlisted. */
const native = () => calls;

const armRead = (index) => calls.armRead(index);

/** A referenced handle became active: the program stays alive. */
function retain() {
  if (active++ === 0) theReactor().setReferenced(true);
}

function release() {
  if (--active > 0) return;
  reactor.setReferenced(false);
  pollOnceMore();
}

function betweenEvents() {
  runTicks();
  if (hasSoon()) runSoon();
}

module.exports = {
  READ,
  add,
  armRead,
  atFlush,
  delivered,
  dismiss,
  enlist,
  isUnderWay,
  kick,
  native,
  onRetire,
  release,
  remove,
  retain,
  theReactor,
};
