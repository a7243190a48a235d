#!/usr/bin/env node
/* In syntax that Node 12 reads, so that an old Node prints this message instead of a syntax error. */
'use strict';

var needed = [20, 19];
var found = process.versions.node.split('.').map(Number);

if (found[0] > needed[0] || (found[0] === needed[0] && found[1] >= needed[1])) {
  require('../dist/cli.cjs');
} else {
  console.error(
    'error: create-koa-mongo-session needs Node ' +
      needed.join('.') +
      ' or later, and this is Node ' +
      process.versions.node +
      '. Newer versions: https://nodejs.org',
  );
  process.exitCode = 2;
}
