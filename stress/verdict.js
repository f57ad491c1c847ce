'use strict';
// What is wrong with a run.

const { inspect, isDeepStrictEqual } = require('node:util');

/** Collects what does not hold. */
class Expect {
  complaints = [];
  #bounds;

  constructor(bounds) {
    this.#bounds = bounds;
  }

  that(holds, complaint) {
    if (!holds) this.complaints.push(complaint);
  }

  equal(what, value, wanted) {
    const [is, shall] = [value, wanted].map((v) => inspect(v, { breakLength: Infinity, depth: 6 }));
    this.that(isDeepStrictEqual(value, wanted), `${what}: ${is} instead of ${shall}`);
  }

  /** Inclusive; a figure that is missing does not hold. */
  atMost(what, value, bound) {
    this.that(!this.#bounds || value <= bound, `${what}: ${value}, more than ${bound}`);
  }

  /** Of the cases of a shareOf() (agreement.js) at least this part. */
  share(what, { count, same, differing }, part) {
    this.that(count > 0, `${what}: nothing was compared`);
    const some = differing.slice(0, 5).map((text) => `\n         ${text}`);
    this.that(same >= Math.floor(part * count), `${what}: ${same} of ${count}, not${some.join('')}`);
  }

  atLeast(what, value, bound) {
    this.that(value >= bound, `${what}: ${value}, less than ${bound}`);
  }
}

/** A clean end: no signal, no exit code, nothing on stderr, a report. */
function endComplaints(who, { code, signal, stderr, timedOut, report }) {
  const complaints = [];
  if (timedOut) complaints.push(`${who} did not end`);
  else if (signal) complaints.push(`${who} ended by ${signal}`);
  else if (code !== 0) complaints.push(`${who} ended with ${code}`);
  if (stderr) complaints.push(`${who} said: ${stderr.slice(0, 1500)}`);
  if (complaints.length === 0 && report === null) complaints.push(`${who} reported nothing`);
  return complaints;
}

/** { complaints, line } of a scenario's two runs. Without `bounds` any figure will do. */
function compareRuns(scenario, { ours, builtin }, { bounds = true } = {}) {
  const complaints = [...endComplaints('built-in', builtin), ...endComplaints('ferronet', ours)];
  if (complaints.length > 0) return { complaints, line: 'no figures' };
  const expect = new Expect(bounds);
  scenario.judge(expect, { ours, builtin });
  const figures = () => `${scenario.figure(ours)} | built-in ${scenario.figure(builtin)}`;
  return { complaints: expect.complaints, line: scenario.line?.({ ours, builtin }) ?? figures() };
}

module.exports = { compareRuns };
