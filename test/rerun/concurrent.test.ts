import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { withLock } from '../../src/io/write/lock.ts';
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

test('each of several concurrent runs is completed or refused; none mixes with another', async () => {
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
  expect(readdirSync(join(project, STATE)).sort()).toEqual(SETTLED);
});

const STATE = '.koa-mongo-session';
const SETTLED = ['.gitattributes', 'base', 'manifest.json', 'undo'];

/** A project, and the path of the lock of a run. */
async function setUp() {
  const project = await temporaryFolder();
  await generate(project, renderedFrom(version('one')));
  const name = await withLock(project, async () =>
    readdirSync(join(project, STATE)).find((each) => each.startsWith('lock-')),
  );
  const [, pid = '', table = '', start = ''] = name?.split('-') ?? [];
  const lock = (parts: Partial<Record<'pid' | 'table' | 'start', string | number>>): string =>
    `${STATE}/lock-${parts.pid ?? pid}-${parts.table ?? table}-${parts.start ?? start}-0123456789ab`;
  return { project, lock };
}

const FOREIGN = 'feedfeedfeed';
const longAgo = (path: string, ms: number) => {
  const date = new Date(Date.now() - ms);
  utimesSync(path, date, date);
};

describe('the lock of a run that may be alive stops other runs, which name it', { timeout: 60_000 }, () => {
  test.each([
    ['an existing process', { pid: process.ppid, start: '0' }],
    ['this very process', {}],
    ['a container or machine with its own process ids', { pid: 2 ** 22, table: FOREIGN }],
    ['an older version of the program, on another machine', { pid: 2 ** 22, table: FOREIGN, start: 'fade' }],
  ])('%s', async (_, parts) => {
    const { project, lock } = await setUp();
    writeFileSync(join(project, lock(parts)), '');
    const before = wholeSnapshot(project);
    await expect(generate(project, renderedFrom(version('two')))).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(lock(parts)),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });

  test('a process of another user', async () => {
    const { project, lock } = await setUp();
    writeFileSync(join(project, lock({ pid: 2 ** 22, start: '0' })), '');
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(generate(project, renderedFrom(version('two')))).rejects.toMatchObject({ exitCode: 4 });
  });
});

describe('a lock of a dead run is removed', () => {
  test.each([
    ['of a process that is gone', async () => ({ pid: await startAndEnd() }), 0],
    ['that had our process id, as in a container', async () => ({ start: '1' }), 0],
    ['that had our process id, where no start is known', async () => ({ start: '0' }), 0],
    ['whose process id now belongs to another process', async () => ({ pid: process.ppid, start: '1' }), 0],
    ['of another container, not updated for two minutes', async () => ({ table: FOREIGN }), 120_000],
    ['of another machine, dated in the future', async () => ({ table: FOREIGN }), -120_000],
  ])('%s', async (_name, find, ageMs) => {
    const { project, lock } = await setUp();
    const path = join(project, lock(await find()));
    writeFileSync(path, '');
    longAgo(path, ageMs);
    await generate(project, renderedFrom(version('two')));
    expect(readdirSync(join(project, STATE)).sort()).toEqual(SETTLED);
  });

  test('even if something that cannot be removed is in its place', async () => {
    const { project, lock } = await setUp();
    mkdirSync(join(project, lock({ start: '1' })));
    expect(await generate(project, renderedFrom(version('two')))).toMatchObject({ problem: undefined });
  });
});

test('a run that was suspended and counted as dead stops writing, and leaves the rest to the other run', async () => {
  const { project } = await setUp();
  const before = snapshot(project);
  const refusal = expect(generate(project, renderedFrom(version('two')))).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('took this one for dead'),
  });
  await removeLock(project);
  await refusal;
  expect(snapshot(project)).toMatchObject(before);
  expect(readdirSync(join(project, STATE))).toContain('pending');
});

async function removeLock(project: string): Promise<void> {
  const lock = readdirSync(join(project, STATE)).find((name) => name.startsWith('lock-'));
  if (lock) return rmSync(join(project, STATE, lock));
  await setImmediate();
  return removeLock(project);
}

/** Runs a command as in a container that shares the host name, with its own process table. */
const CONTAINER = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'] as const;
const [unshare, ...unshareFlags] = CONTAINER;
const hasContainers = execaSync(unshare, [...unshareFlags, 'true'], { reject: false }).exitCode === 0;

test.runIf(hasContainers)(
  'a run in a container respects the lock of a run that its process table does not show',
  {
    timeout: 60_000,
  },
  async () => {
    const { project } = await setUp();
    const rendered = writeTree(await temporaryFolder(), version('two'));
    const before = snapshot(project);
    const { exitCode, stderr } = await withLock(project, () =>
      execa(unshare, [...unshareFlags, process.execPath, program.file, project, rendered], { reject: false }),
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining('Another run is writing'),
    });
    expect(snapshot(project)).toEqual(before);
  },
);

async function startAndEnd() {
  const child = execa(process.execPath, ['-e', '']);
  await child;
  return child.pid ?? 0;
}
