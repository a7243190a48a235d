#!/usr/bin/env node
/* In syntax that Node 12 reads, so that an old Node prints this message instead of a syntax error. */
'use strict';

/* The first minor of a major. Node 21, and 22 before 22.3, have no process.getBuiltinModule. */
var needed = { 20: 19, 22: 3 };
var found = process.versions.node.split('.').map(Number);

if (found[0] > 22 || found[1] >= needed[found[0]]) {
  require('../dist/cli.cjs');
} else {
  console.error(
    'error: create-koa-mongo-session needs Node 20.19, or 22.3 or later, and this is Node ' +
      process.versions.node +
      '. Newer versions: https://nodejs.org',
  );
  process.exitCode = 2;
}
