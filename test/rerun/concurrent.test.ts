import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { hashOf } from '../../src/io/files.ts';
import { temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { generate, renderedFrom, source } from '../support/rerun/generate.ts';
import { snapshot, wholeSnapshot } from '../support/rerun/scenario.ts';
import { type Tree, writeTree } from '../support/tree.ts';

const program = useProgram();

const version = (name: string): Tree => ({
  'src/store.ts': source('store', `export const version = '${name}';`),
  'src/index.ts': source('session', `export const version = '${name}';`),
  'README.md': `# ${name}\n`,
});
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'];
const HOST = hashOf(hostname()).slice(0, 12);

test('of runs at the same time each one is done whole, or refuses; none mixes with another', async () => {
  const home = await temporaryFolder();
  const project = join(home, 'project');
  await generate(project, renderedFrom(version('none')));

  const runs = await Promise.all(
    NAMES.map((name) =>
      execa(process.execPath, [program.file, project, writeTree(join(home, name), version(name))], {
        reject: false,
      }),
    ),
  );

  for (const { exitCode, stderr } of runs) {
    if (exitCode !== 0)
      expect({ exitCode, stderr }).toEqual({
        exitCode: 4,
        stderr: expect.stringContaining('nothing was written'),
      });
  }
  expect(runs.map(({ exitCode }) => exitCode)).toContain(0);
  expect(NAMES.map(version)).toContainEqual(snapshot(project));
  const { 'README.md': heading = '' } = wholeSnapshot(project);
  const winner = renderedFrom(version(heading.slice(2).trim()));
  expect((await generate(project, winner)).plan.entries.map(({ action }) => action)).toEqual([
    'unchanged',
    'unchanged',
    'unchanged',
  ]);
  expect(readdirSync(join(project, '.koa-mongo-session')).sort()).toEqual(['base', 'manifest.json', 'undo']);
});

test('a run that does not end is named, with what to delete should it be dead', {
  timeout: 30_000,
}, async () => {
  const project = await temporaryFolder();
  await generate(project, renderedFrom(version('one')));
  const lock = `.koa-mongo-session/lock-${process.ppid}-${HOST}-0123456789ab`;
  writeFileSync(join(project, lock), '');
  const before = wholeSnapshot(project);
  await expect(generate(project, renderedFrom(version('two')))).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining(lock),
  });
  expect(wholeSnapshot(project)).toEqual(before);
});

test.each([
  ['', startAndEnd],
  [' that had our own process id, as in a container', async () => process.pid],
])('the lock of a dead run%s is removed', async (_name, findPid) => {
  const project = await temporaryFolder();
  await generate(project, renderedFrom(version('one')));
  writeFileSync(join(project, `.koa-mongo-session/lock-${await findPid()}-${HOST}-0123456789ab`), '');
  await generate(project, renderedFrom(version('two')));
  expect(readdirSync(join(project, '.koa-mongo-session')).sort()).toEqual(['base', 'manifest.json', 'undo']);
});

async function startAndEnd() {
  const child = execa(process.execPath, ['-e', '']);
  await child;
  return child.pid;
}
