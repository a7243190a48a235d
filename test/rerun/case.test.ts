import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { writeTree } from '../support/tree.ts';

/* A file system that ignores case, and an option that changes only the case of a path. */

const program = useProgram();
const BASE = '.koa-mongo-session/base';

async function setUp() {
  const home = await temporaryFolder();
  const project = writeTree(join(home, 'project'), {});
  const runIn = async (dir: string, text: string) => {
    const rendered = writeTree(await temporaryFolder(), {
      [`${dir}/store.ts`]: source('store', text, 'b', 'c'),
      [`${dir}/guide.md`]: `# ${text}\n`,
    });
    const { exitCode, stderr } = await execa(
      process.execPath,
      ['--import', program.caseless, program.file, project, rendered],
      { reject: false, env: { FAULT_ROOT: project } },
    );
    return { exitCode, stderr };
  };
  expect(await runIn('src/session', 'one')).toMatchObject({ exitCode: 0 });
  return { project, runIn };
}

test.each([
  ['upper case', 'src/Session'],
  ['the folder above', 'SRC/session'],
])('%s is refused with what to rename, and nothing is touched', async (_, dir) => {
  const { project, runIn } = await setUp();
  const before = wholeSnapshot(project);
  const { exitCode, stderr } = await runIn(dir, 'two');
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`${dir}/store.ts is where src/session/store.ts should move, but is the same file`);
  expect(stderr).toContain(dir === 'SRC/session' ? 'rename src to SRC' : 'rename src/session to src/Session');
  expect(wholeSnapshot(project)).toEqual(before);
});

test.each([
  ['', false],
  [', and of the bases', true],
])('after the rename of the folder%s, the run continues there and keeps its bases', async (_, both) => {
  const { project, runIn } = await setUp();
  renameSync(join(project, 'src/session'), join(project, 'src/Session'));
  if (both) renameSync(join(project, BASE, 'src/session'), join(project, BASE, 'src/Session'));
  writeTree(project, { 'src/Session/store.ts': source('store', 'one', 'b', 'mine') });

  expect(await runIn('src/Session', 'two')).toEqual({ exitCode: 0, stderr: '' });

  const after = wholeSnapshot(project);
  expect(after['src/Session/store.ts']).toBe(source('store', 'two', 'b', 'mine'));
  expect(after['src/Session/guide.md']).toBe('# two\n');
  expect(existsSync(join(project, 'src/session'))).toBe(false);
  expect(await runIn('src/Session', 'three')).toEqual({ exitCode: 0, stderr: '' });
  expect(wholeSnapshot(project)['src/Session/store.ts']).toBe(source('store', 'three', 'b', 'mine'));
});
