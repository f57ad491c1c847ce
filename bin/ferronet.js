#!/usr/bin/env node
'use strict';
// The command: a script on ferronet for one run, or a word about this installation.

const { main } = require('../lib/command.js');

process.exitCode = main(process.argv.slice(2));
