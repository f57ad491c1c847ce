'use strict';
// Preloaded (node --require): turns of the reactor are held up and cut short by chance, as where processes are stopped at
// any moment. A collect finds a few handles instead of a thousand, so that what comes at once elsewhere comes in
// several collects and turns.
// FERRONET_TURNS=lossy breaks it: now and then a handle that became ready is forgotten, which tests must notice.

const binding = require('../../lib/binding.js');

const isLossy = process.env.FERRONET_TURNS === 'lossy';

/** Of the block that collect() fills (lib/reactor/turn.js). */
const BYTES_PER_HANDLE = 4;
const MOST_HANDLES = 3;

const nobody = new Int32Array(new SharedArrayBuffer(4));
const below = (limit) => Math.floor(Math.random() * limit);

/** Keeps the thread for a millisecond, one time in six. */
function hold() {
  if (below(6) === 0) Atomics.wait(nobody, 0, 0, 1);
}

class DisturbedReactor extends binding.Reactor {
  constructor(ring, ready, inLoop) {
    super(ring, ready.subarray(0, BYTES_PER_HANDLE * (1 + below(MOST_HANDLES))), inLoop);
  }

  calls() {
    const { collect, rest, ...others } = super.calls();
    return {
      ...others,
      collect(made) {
        hold();
        const found = collect(made);
        hold();
        return isLossy && found > 0 && below(20) === 0 ? found - 1 : found;
      },
      rest(...drained) {
        hold();
        return rest(...drained);
      },
    };
  }
}

binding.Reactor = DisturbedReactor;
