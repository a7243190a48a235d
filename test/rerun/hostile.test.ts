import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openProject } from '../../src/io/write/open.ts';
import { commitChanges } from '../../src/io/write/transaction.ts';
import { changesToUndo } from '../../src/io/write/undo.ts';
import { temporaryFolder } from '../support/program.ts';
import { GENERATOR, generate, renderedFrom, source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { writeTree } from '../support/tree.ts';

const STATE = '.koa-mongo-session';
const ONE = renderedFrom({ 'src/store.ts': source('store', 'one'), 'README.md': '# One\n' });
const TWO = renderedFrom({ 'src/store.ts': source('store', 'two'), 'README.md': '# Two\n' });
const HASH = '0'.repeat(64);
const RUN = '0123456789ab';

/** A generated project, in a folder with other files that are not part of it. */
async function setUp() {
  const home = writeTree(await temporaryFolder(), {
    'outside/precious.txt': 'precious\n',
    'outside/journal.json': 'mine\n',
  });
  const project = join(home, 'project');
  await generate(project, ONE);
  return { home, project };
}

const journal = (...steps: object[]) => JSON.stringify({ run: RUN, steps });
const removal = (path: string) => ({ path, before: undefined, after: HASH });

function replace(path: string, put: (path: string) => void): void {
  rmSync(path, { recursive: true, force: true });
  put(path);
}

const OUTSIDE = (depth: number) => `${'../'.repeat(depth)}outside`;

/** Contents of a malicious repository. */
const ATTACKS: readonly (readonly [string, (project: string) => void])[] = [
  [
    'a manifest that is a link out of the project',
    (project) =>
      replace(join(project, STATE, 'manifest.json'), (path) =>
        symlinkSync(`${OUTSIDE(2)}/precious.txt`, path),
      ),
  ],
  ['a manifest that is a directory', (project) => replace(join(project, STATE, 'manifest.json'), mkdirSync)],
  ['a huge manifest', (project) => truncateSync(join(project, STATE, 'manifest.json'), 3_000_000_000)],
  [
    'a state folder that is a link out of the project',
    (project) => replace(join(project, STATE), (path) => symlinkSync(OUTSIDE(1), path)),
  ],
  [
    'a state folder that is a file',
    (project) => replace(join(project, STATE), (path) => writeFileSync(path, '')),
  ],
  [
    'a pending run that is a link out of the project',
    (project) => symlinkSync(OUTSIDE(2), join(project, STATE, 'pending')),
  ],
  [
    'undo data that is a link out of the project',
    (project) => symlinkSync(OUTSIDE(2), join(project, STATE, 'undo.old')),
  ],
  ['a huge file in the way', (project) => truncateSync(join(project, 'src/store.ts'), 3_000_000_000)],
  [
    'a base folder that leads out of the project',
    (project) => replace(join(project, STATE, 'base'), (path) => symlinkSync(OUTSIDE(2), path)),
  ],
  ...(
    [
      ['../outside/precious.txt', 'of a file outside'],
      ['/etc/hostname', 'of an absolute path'],
      ['.git/config', "of git's own files"],
      [`${STATE}/base/../../../outside/precious.txt`, 'of a base that lies outside'],
    ] as const
  ).map(([path, what]): readonly [string, (project: string) => void] => [
    `a pending run ${what}`,
    (project) => writeTree(project, { [`${STATE}/pending/journal.json`]: journal(removal(path)) }),
  ]),
  [
    'a huge pending run',
    (project) => {
      writeTree(project, { [`${STATE}/pending/journal.json`]: '' });
      truncateSync(join(project, STATE, 'pending/journal.json'), 3_000_000_000);
    },
  ],
  [
    'a pending run with the wrong shape',
    (project) => writeTree(project, { [`${STATE}/pending/journal.json`]: '{"run":1}' }),
  ],
  [
    'a pending run that is not JSON',
    (project) => writeTree(project, { [`${STATE}/pending/journal.json`]: '}' }),
  ],
  [
    'a pending run whose copies are elsewhere',
    (project) =>
      writeTree(project, {
        [`${STATE}/pending/journal.json`]: journal({
          path: 'README.md',
          before: { kind: 'copy', name: '../../../outside/precious.txt', sha256: HASH, mode: 0o644 },
          after: HASH,
        }),
      }),
  ],
];

describe.each(ATTACKS)('%s', (_, attack) => {
  test('is refused, and nothing is touched', async () => {
    const { home, project } = await setUp();
    attack(project);
    const before = wholeSnapshot(home);
    const refused = await outcomeOf(project);
    expect(refused).toMatchObject({ name: 'UserError', exitCode: 2 });
    expect(wholeSnapshot(home)).toEqual(before);
  });
});

async function outcomeOf(project: string): Promise<unknown> {
  try {
    return (await generate(project, TWO)).problem;
  } catch (error) {
    return error;
  }
}

test('a run whose files are outside of the project is not undone', async () => {
  const { home, project } = await setUp();
  writeFileSync(join(project, STATE, 'undo/journal.json'), journal(removal('../outside/precious.txt')));
  const before = wholeSnapshot(home);
  const { root } = await openProject(project, GENERATOR);
  expect(() => changesToUndo(root)).toThrow(expect.objectContaining({ exitCode: 2 }));
  expect(wholeSnapshot(home)).toEqual(before);
});

test('a run whose copies were changed is not undone', async () => {
  const { project } = await setUp();
  await generate(project, TWO);
  const tree = Object.keys(wholeSnapshot(project)).filter((path) => /undo\/\d+$/.test(path));
  for (const path of tree) writeFileSync(join(project, path), 'changed\n');
  const { root } = await openProject(project, GENERATOR);
  expect(() => changesToUndo(root)).toThrow('is damaged');
});

test('a folder that is replaced by a link between plan and write is not followed out of the project', async () => {
  const { home, project } = await setUp();
  const { root } = await openProject(project, GENERATOR);
  replace(join(project, 'src'), (path) => symlinkSync(OUTSIDE(1), path));
  const before = wholeSnapshot(home);
  const change = { path: 'src/precious.txt', before: 'precious\n', after: 'stolen\n' };
  await expect(commitChanges(root, [change])).rejects.toMatchObject({ exitCode: 2 });
  expect(wholeSnapshot(home)).toEqual(before);
});
