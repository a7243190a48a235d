import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { publishedNode } from '../support/published-node.ts';
import { sample } from '../support/sampling.ts';

// Downloads them.
test.each(sample(['12.22.12', '18.20.4', '20.18.3'], 1))(
  'Node %s is told in one line what is needed',
  async (release) => {
    const node = await publishedNode(release);
    if (node === undefined) return;
    const { exitCode, stdout, stderr } = await execa(node, [PROGRAM, '--help'], { reject: false });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: create-koa-mongo-session needs Node 20.19 or later, and this is Node ${release}. Newer versions: https://nodejs.org`,
    });
  },
);

test('the Node that is asked for is the one that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const [, major, minor] = /needed = \[(\d+), (\d+)\]/.exec(readFileSync(PROGRAM, 'utf8')) ?? [];
  expect(engines.node).toBe(`>=${major}.${minor}`);
});
