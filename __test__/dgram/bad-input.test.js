'use strict';
// Every public method with wrong arguments, on both implementations: the same throw, event, callback or answer.

const test = require('ava');
const path = require('node:path');
const { inspect } = require('node:util');
const { runNode } = require('../helpers/children.js');

const driver = path.join(__dirname, 'bad-input.driver.js');

/** What came of every call, by method and state. */
async function outcomes(implementation) {
  const { code, stdout, stderr } = await runNode([driver, implementation]);
  if (code !== 0) throw new Error(`the driver ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

test('wrong arguments have the same outcome', async (t) => {
  // One after the other: both bind low ports.
  const actual = await outcomes('ferronet');
  const expected = await outcomes('built-in');
  t.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [key, list] of Object.entries(expected)) {
    const different = list.flatMap(([args, wanted], i) => {
      const [ours, builtin] = [actual[key][i][1], wanted].map((seen) => inspect(seen, { depth: 9 }));
      return ours === builtin ? [] : [`${args}\n ferronet ${ours}\n built-in ${builtin}`];
    });
    t.is(
      different.length,
      0,
      [`${key}: ${different.length} of ${list.length} differ`, ...different].slice(0, 5).join('\n'),
    );
  }
});
