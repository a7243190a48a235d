import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openProject } from '../../src/io/write/open.ts';
import { commitChanges } from '../../src/io/write/transaction.ts';
import { changesToUndo } from '../../src/io/write/undo.ts';
import { temporaryFolder } from '../support/program.ts';
import { GENERATOR, generate, renderedFrom, source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';

/* Symbolic links in a project in which an option moves or removes files. */

const filesIn = (dir: string, text = 'one') =>
  renderedFrom({
    [`${dir}/store.ts`]: source('store', text),
    [`${dir}/index.ts`]: source('session', text),
    'README.md': `# ${text}\n`,
  });

async function undo(project: string): Promise<void> {
  const { root } = await openProject(project, GENERATOR);
  await commitChanges(root, changesToUndo(root));
}

/** Moves a file or folder, and leaves a link to it in its place. */
function replaceByLink(project: string, path: string, to: string): void {
  mkdirSync(dirname(join(project, to)), { recursive: true });
  renameSync(join(project, path), join(project, to));
  symlinkSync(relative(dirname(join(project, path)), join(project, to)), join(project, path));
}

async function project(): Promise<string> {
  const folder = await temporaryFolder();
  await generate(folder, filesIn('src'));
  return folder;
}

const withoutUndo = (folder: string) =>
  Object.fromEntries(Object.entries(wholeSnapshot(folder)).filter(([path]) => !path.includes('/undo/')));

describe('a file that is a link', () => {
  test('is not moved by an option: 4, and nothing is touched', async () => {
    const folder = await project();
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    const before = wholeSnapshot(folder);
    expect(await generate(folder, filesIn('lib', 'two'))).toMatchObject({
      problem: {
        exitCode: 4,
        message: expect.stringContaining(
          'src/store.ts is a symbolic link to shared/store.ts, and a move to lib/store.ts would break it',
        ),
      },
    });
    expect(wholeSnapshot(folder)).toEqual(before);
  });

  test('stays, like its target, when it is no longer generated', async () => {
    const folder = await project();
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    const { plan, problem } = await generate(folder, renderedFrom({ 'README.md': '# two\n' }));
    expect(problem).toBe(undefined);
    expect(plan.entries).toContainEqual({ id: 'store', path: 'src/store.ts', action: 'release' });
    expect(readFileSync(join(folder, 'src/store.ts'), 'utf8')).toBe(source('store', 'one'));
    expect(readlinkSync(join(folder, 'src/store.ts'))).toBe('../shared/store.ts');
  });

  test.each(['own/store.ts', 'own/store.md'])(
    'keeps what it leads to, also as %s, when that is no longer generated',
    async (link) => {
      const folder = await project();
      mkdirSync(join(folder, 'own'));
      symlinkSync('../src/store.ts', join(folder, link));
      const { plan } = await generate(folder, renderedFrom({ 'README.md': '# two\n' }));
      expect(plan.entries).toContainEqual({ id: 'store', path: 'src/store.ts', action: 'release' });
      expect(plan.notes).toContainEqual(expect.stringContaining(`since it is used by ${link}`));
      expect(readFileSync(join(folder, link), 'utf8')).toBe(source('store', 'one'));
    },
  );

  test('to a file that an option moves is named in a note', async () => {
    const folder = await project();
    mkdirSync(join(folder, 'own'));
    symlinkSync('../src/store.ts', join(folder, 'own/store.ts'));
    const { plan } = await generate(folder, filesIn('lib'));
    expect(plan.notes).toEqual(['src/store.ts is now lib/store.ts: change its import in own/store.ts.']);
  });

  test('is updated in its target, and undo restores the target', async () => {
    const folder = await project();
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    const before = withoutUndo(folder);
    await generate(folder, filesIn('src', 'two'));
    expect(readFileSync(join(folder, 'shared/store.ts'), 'utf8')).toBe(source('store', 'two'));
    await undo(folder);
    expect(withoutUndo(folder)).toEqual(before);
  });

  test('and that the last run created as a file is not removed by undo: 4, and it is named', async () => {
    const folder = await project();
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    const before = wholeSnapshot(folder);
    await expect(undo(folder)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^ {2}src\/store.ts$/m),
    });
    expect(wholeSnapshot(folder)).toEqual(before);
  });

  test('only since the plan was made is not removed: 4, and nothing is touched', async () => {
    const folder = await project();
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    const before = wholeSnapshot(folder);
    const removal = { path: 'src/store.ts', before: source('store', 'one'), after: undefined };
    await expect(commitChanges(folder, [removal])).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('src/store.ts was changed'),
    });
    expect(wholeSnapshot(folder)).toEqual(before);
  });
});

describe('a folder that is a link', () => {
  test('stays when its contents are moved, and undo restores them through it', async () => {
    const folder = await project();
    replaceByLink(folder, 'src', 'shared/src');
    const before = withoutUndo(folder);
    await generate(folder, filesIn('lib'));
    expect(readlinkSync(join(folder, 'src'))).toBe('shared/src');
    expect(readFileSync(join(folder, 'lib/store.ts'), 'utf8')).toBe(source('store', 'one'));
    await undo(folder);
    expect(withoutUndo(folder)).toEqual(before);
  });

  test('is followed for new files', async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, 'shared'));
    symlinkSync('shared', join(folder, 'src'));
    await generate(folder, filesIn('src'));
    expect(readFileSync(join(folder, 'shared/store.ts'), 'utf8')).toBe(source('store', 'one'));
    await undo(folder);
    expect(readlinkSync(join(folder, 'src'))).toBe('shared');
  });
});

describe('two paths that lead to one file', () => {
  test.each([
    [
      'a new file, through a link to the project itself',
      (folder: string) => symlinkSync('.', join(folder, 'lib')),
      renderedFrom({ 'README.md': '# one\n', 'lib/README.md': '# two\n' }),
      'lib/README.md leads through a symbolic link to README.md, which is written itself',
    ],
    [
      'two new files, through two links',
      (folder: string) => {
        mkdirSync(join(folder, 'shared'));
        symlinkSync('shared', join(folder, 'a'));
        symlinkSync('shared', join(folder, 'b'));
      },
      renderedFrom({ 'a/x.md': '# one\n', 'b/x.md': '# two\n' }),
      'b/x.md leads through a symbolic link to shared/x.md, which is written as a/x.md',
    ],
    [
      'an existing file, through two links',
      (folder: string) => {
        writeFileSync(join(folder, 'x.md'), '# mine\n');
        symlinkSync('x.md', join(folder, 'a.md'));
        symlinkSync('x.md', join(folder, 'b.md'));
      },
      renderedFrom({ 'a.md': '# one\n', 'b.md': '# two\n' }),
      'b.md is a symbolic link to x.md, which is written as a.md',
    ],
  ])('%s: 2, and nothing is touched', async (_, make, rendered, says) => {
    const folder = await temporaryFolder();
    make(folder);
    const before = wholeSnapshot(folder);
    const refused = generate(folder, rendered).then(({ problem }) => Promise.reject(problem));
    await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(says) });
    expect(wholeSnapshot(folder)).toEqual(before);
  });

  test.each([
    ['a base, through a link to the bases of another folder', '.koa-mongo-session/base/lib', 'src'],
    ['git', 'src', '../.git'],
    ['installed packages', 'src', '../node_modules'],
    ["the program's own files", 'src', '../.koa-mongo-session/base'],
  ])('%s is not written through a link', async (_, link, to) => {
    const folder = await project();
    for (const name of ['.git', 'node_modules']) mkdirSync(join(folder, name));
    rmSync(join(folder, link), { recursive: true, force: true });
    symlinkSync(link === 'src' ? to.slice(3) : to, join(folder, link));
    const before = wholeSnapshot(folder);
    const refused = generate(
      folder,
      filesIn('src', 'two').concat(
        filesIn('lib', 'two')
          .map((file) => ({ ...file, id: `${file.id}-lib` }))
          .slice(0, 2),
      ),
    );
    await expect(refused.then(({ problem }) => Promise.reject(problem))).rejects.toMatchObject({
      exitCode: 2,
    });
    expect(wholeSnapshot(folder)).toEqual(before);
  });

  test('a move from one to the other is refused, and nothing is touched', async () => {
    const folder = await project();
    symlinkSync('src', join(folder, 'lib'));
    const before = wholeSnapshot(folder);
    expect(await generate(folder, filesIn('lib'))).toMatchObject({
      problem: {
        message: expect.stringContaining(
          'lib/store.ts is where src/store.ts should move, but leads through a symbolic link to src/store.ts',
        ),
      },
    });
    expect(wholeSnapshot(folder)).toEqual(before);
  });
});

describe('the rollback after a killed run', () => {
  const HASH = '0'.repeat(64);

  test('continues after a file that cannot be restored, names it and keeps its text; the next run restores it', async () => {
    const folder = await project();
    await generate(folder, filesIn('src', 'two'));
    const two = withoutUndo(folder);
    // As after a kill when every file was renamed and nothing was committed.
    renameSync(join(folder, '.koa-mongo-session/undo'), join(folder, '.koa-mongo-session/pending'));
    rmSync(join(folder, 'src/store.ts'));
    symlinkSync('nowhere.ts', join(folder, 'src/store.ts'));

    await expect(generate(folder, filesIn('src', 'three'))).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(
        /^ {2}src\/store.ts: .*symbolic link to nothing \(its text is in .koa-mongo-session\/pending\/\d+\)$/m,
      ),
    });
    expect(readFileSync(join(folder, 'src/index.ts'), 'utf8')).toBe(source('session', 'one'));
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# one\n');

    rmSync(join(folder, 'src/store.ts'));
    writeFileSync(join(folder, 'src/store.ts'), source('store', 'two'));
    expect(await generate(folder, filesIn('src', 'two'))).toMatchObject({ problem: undefined });
    expect(withoutUndo(folder)).toEqual(two);
  });

  test('keeps the earlier text of a file that was edited since', async () => {
    const folder = await project();
    await generate(folder, filesIn('src', 'two'));
    renameSync(join(folder, '.koa-mongo-session/undo'), join(folder, '.koa-mongo-session/pending'));
    writeFileSync(join(folder, 'src/store.ts'), source('store', 'edited'));
    const { warnings } = await openProject(folder, GENERATOR);
    expect(warnings).toEqual([
      expect.stringContaining('src/store.ts was edited after a run was interrupted'),
    ]);
    const [, kept = ''] = /(\.koa-mongo-session\/backup\/\S+)\.$/.exec(warnings[0] ?? '') ?? [];
    expect(readFileSync(join(folder, kept), 'utf8')).toBe(source('store', 'one'));
    expect(readFileSync(join(folder, 'src/store.ts'), 'utf8')).toBe(source('store', 'edited'));
  });

  test('does not remove a new file that was replaced by a link since', async () => {
    const folder = await project();
    renameSync(join(folder, '.koa-mongo-session/undo'), join(folder, '.koa-mongo-session/pending'));
    replaceByLink(folder, 'src/store.ts', 'shared/store.ts');
    await openProject(folder, GENERATOR);
    expect(readFileSync(join(folder, 'src/store.ts'), 'utf8')).toBe(source('store', 'one'));
    expect(existsSync(join(folder, 'src/index.ts'))).toBe(false);
  });

  test('continues after a damaged copy', async () => {
    const folder = await project();
    await generate(folder, filesIn('src', 'two'));
    const pending = join(folder, '.koa-mongo-session/pending');
    renameSync(join(folder, '.koa-mongo-session/undo'), pending);
    const { steps } = JSON.parse(readFileSync(join(pending, 'journal.json'), 'utf8'));
    const { before } = steps.find(({ path }: { path: string }) => path === 'src/store.ts');
    writeFileSync(join(pending, before.name), HASH);
    await expect(openProject(folder, GENERATOR)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('The saved copy of src/store.ts'),
    });
    expect(readFileSync(join(folder, 'src/index.ts'), 'utf8')).toBe(source('session', 'one'));
  });
});

describe('the program does not follow a link in its own folder: 2, and nothing is touched', () => {
  test.each(['manifest.json', 'base', 'base/src', 'backup'])(
    '%s as a link into the project',
    async (name) => {
      const folder = await project();
      writeFileSync(join(folder, 'src/store.ts'), source('store', 'mine'));
      mkdirSync(join(folder, '.koa-mongo-session/backup'));
      replaceByLink(folder, `.koa-mongo-session/${name}`, 'elsewhere/it');
      const before = wholeSnapshot(folder);
      const outcome = generate(folder, filesIn('src', 'two'), { run: { onConflict: 'theirs' } });
      await expect(outcome.then(({ problem }) => Promise.reject(problem))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('leads out of .koa-mongo-session, to elsewhere/it'),
      });
      expect(wholeSnapshot(folder)).toEqual(before);
    },
  );
});
