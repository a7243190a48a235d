import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { publishedNode } from '../support/published-node.ts';
import { isExhaustive } from '../support/sampling.ts';

// Downloads them.
test.runIf(isExhaustive).each(['12.22.12', '18.20.4', '20.18.3', '21.7.3', '22.2.0'])(
  'with Node %s, one line says which version is needed',
  async (release) => {
    const node = await publishedNode(release);
    if (node === undefined) return;
    const { exitCode, stdout, stderr } = await execa(node, [PROGRAM, '--help'], { reject: false });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: create-koa-mongo-session needs Node 20.19, or 22.3 or later, and this is Node ${release}. Newer versions: https://nodejs.org`,
    });
  },
);

test.each([
  ['20.18.9', false],
  ['20.19.0', true],
  ['20.20.2', true],
  ['21.7.3', false],
  ['22.2.0', false],
  ['22.3.0', true],
  ['23.0.0', true],
  ['100.0.0', true],
])('Node %s is taken: %s, as package.json says', (node, isTaken) => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(engines.node).toBe('^20.19 || >=22.3');
  const started: string[] = [];
  const script = readFileSync(PROGRAM, 'utf8').replace(/^#!.*/, '');
  runInNewContext(script, {
    process: { versions: { node } },
    require: (path: string) => started.push(path),
    console: { error: () => {} },
  });
  expect(started).toEqual(isTaken ? ['../dist/cli.cjs'] : []);
});
