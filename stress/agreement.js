'use strict';
// How far two runs agree, case by case.

/** Where two texts part, with a little of both. */
function parting(ours = 'nothing', theirs = 'nothing') {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const part = (text) => text.slice(Math.max(0, at - 120), at + 120);
  return `ferronet …${part(ours)}…\n           built-in …${part(theirs)}…`;
}

/**
 * Compares what each case came to, as { case: text }. A case that is null in `theirs` does not count: the built-in does
 * not repeat itself there. Gives { count, same, differing: [text, …] }.
 */
function shareOf(ours, theirs) {
  const cases = Object.keys(theirs).filter((key) => theirs[key] !== null);
  const differing = cases.filter((key) => ours[key] !== theirs[key]);
  return {
    count: cases.length,
    same: cases.length - differing.length,
    differing: differing.map((key) => `${key}: ${parting(ours[key], theirs[key])}`),
  };
}

/** What `run` comes to, or null if it comes to something else when it is done again. */
async function steady(run) {
  const first = await run();
  return first === (await run()) ? first : null;
}

module.exports = { shareOf, steady };
