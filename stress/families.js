'use strict';
// The scenarios by family. Each is
//   program(context)   what the watched process does (context: program.js); what it returns is its report
//   peers              functions for processes beside it: (options, ready, ended) => report
//   figure(watch)      the figure of one run, as text; line({ ours, builtin }) where there is one for both
//   judge(expect, { ours, builtin })   what must hold, beyond a clean end (verdict.js)
//   attempts           how often it is tried (1): what measures time suffers from other work on the machine
//   faults             the planted faults that it must report (faults.js)
//   flags, wrap(argv)  flags of node, and a command around it
//   scales             [least, most] that --scale means here
//   prepare()          surroundings of a run: { ready, end() }
//   missing()          why it cannot run here, or nothing

const names = [
  'integrity',
  'back-pressure',
  'churn',
  'exhaustion',
  're-entrancy',
  'lifetime',
  'bad-input',
  'traces',
  'hostile-peers',
  'idle',
  'starvation',
];

const families = Object.fromEntries(names.map((name) => [name, require(`./scenarios/${name}.js`)]));

module.exports = { families };
