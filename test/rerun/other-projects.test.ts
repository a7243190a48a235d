import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/program.ts';
import { generate, renderedFrom, source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { writeTree } from '../support/tree.ts';

const STORE = source('store', 'one');

test.each([
  ['of a workspace', { 'api/.koa-mongo-session/manifest.json': '{}', 'api/src/store.ts': STORE }],
  ['on another branch', { 'worktree/.git': 'gitdir: ../.git/worktrees/it', 'worktree/src/store.ts': STORE }],
  ['that a compiler made', { 'out/store.js': STORE, 'out/store.d.ts': STORE }],
])('a deleted file is not confused with a similar file %s', async (_name, others) => {
  const project = writeTree(await temporaryFolder(), others);
  await generate(project, renderedFrom({ 'src/store.ts': STORE, 'README.md': '# One\n' }));
  rmSync(join(project, 'src/store.ts'));
  const { plan } = await generate(
    project,
    renderedFrom({ 'src/store.ts': source('store', 'two'), 'README.md': '# One\n' }),
  );
  expect(plan.entries).toContainEqual(expect.objectContaining({ path: 'src/store.ts', action: 'deleted' }));
  await generate(project, renderedFrom({ 'README.md': '# Two\n' }));
  expect(wholeSnapshot(project)).toMatchObject(others);
});
