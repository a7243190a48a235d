import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readProject } from '../../src/io/read/project.ts';
import { readWorkingTree } from '../../src/io/read/working-tree.ts';
import { openProject } from '../../src/io/write/open.ts';
import { commitChanges } from '../../src/io/write/transaction.ts';
import { changesToUndo } from '../../src/io/write/undo.ts';
import { regenerate } from '../../src/regenerate.ts';
import { linkPackages } from '../support/packages.ts';
import { filesIn, readIn, temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import {
  GENERATOR,
  generate,
  PLAIN_RUN,
  readRendered,
  renderedFrom,
  source,
} from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { writeTree } from '../support/tree.ts';

const program = useProgram();

const ONE = renderedFrom({ 'src/store.ts': source('store', 'one'), 'README.md': '# One\n' });
const TWO = renderedFrom({ 'src/store.ts': source('store', 'two'), 'README.md': '# Two\n' });

async function undo(project: string): Promise<void> {
  const { root } = await openProject(project, GENERATOR);
  await commitChanges(root, changesToUndo(root));
}

/** Root can write everywhere, so the test runs as `nobody`. Other users are bound by permissions anyway. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Makes `nobody` the owner of the files of the test. */
function handOver(...paths: string[]): void {
  for (const path of paths) if (NOBODY.uid !== undefined) chownSync(path, NOBODY.uid, NOBODY.gid);
}

describe('a file that is read-only', () => {
  test('stops the run before anything is written', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    chmodSync(join(project, 'src/store.ts'), 0o444);
    const before = wholeSnapshot(project);

    const { problem } = await generate(project, TWO);

    expect(problem).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('src/store.ts is read-only'),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });

  test('does not matter when there is nothing to write to it', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    chmodSync(join(project, 'src/store.ts'), 0o444);
    expect(await generate(project, ONE)).toMatchObject({ problem: undefined });
  });
});

describe('a real limit of the system', () => {
  async function setUp() {
    const home = await temporaryFolder();
    const project = writeTree(join(home, 'project'), {});
    const rendered = writeTree(join(home, 'rendered'), {
      'README.md': '# Two\n',
      'src/store.ts': source(
        'store',
        ...Array.from({ length: 2_000 }, (_, index) => `const a${index} = ${index};`),
      ),
    });
    await generate(project, ONE);
    return { home, project, rendered, before: wholeSnapshot(project) };
  }

  test('a read-only folder leaves everything as before', async () => {
    const { home, project, rendered, before } = await setUp();
    const folders = [
      '',
      '.koa-mongo-session',
      '.koa-mongo-session/base',
      '.koa-mongo-session/base/src',
      '.koa-mongo-session/undo',
    ];
    handOver(home, ...folders.map((folder) => join(project, folder)));
    chmodSync(join(project, 'src'), 0o555);

    const { exitCode, stderr } = await execa(process.execPath, [program.file, project, rendered], {
      reject: false,
      ...NOBODY,
    });

    chmodSync(join(project, 'src'), 0o755);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining(
        'Cannot write src/store.ts: permission is missing. Everything is as it was before.',
      ),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });

  test.each([
    ['a lock', 'lock-999999999-0-0-0'],
    ['an undo', 'undo.old/journal.json'],
  ])('%s of a dead run in a read-only folder does not stop a run that has nothing to do', async (_, left) => {
    const { home, project } = await setUp();
    const same = writeTree(join(home, 'same'), Object.fromEntries(ONE.map(({ path, text }) => [path, text])));
    await generate(project, readRendered(same));
    writeTree(project, { [`.koa-mongo-session/${left}`]: '' });
    handOver(home, project);
    chmodSync(join(project, '.koa-mongo-session'), 0o555);
    const { exitCode, stderr } = await execa(process.execPath, [program.file, project, same], {
      reject: false,
      ...NOBODY,
    });
    chmodSync(join(project, '.koa-mongo-session'), 0o755);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('a full file system leaves everything as before', async () => {
    const { project, rendered, before } = await setUp();
    const limited = `trap '' XFSZ; ulimit -f 16; exec "$@"`;
    const { exitCode, stderr } = await execa(
      'sh',
      ['-c', limited, 'sh', process.execPath, program.file, project, rendered],
      {
        reject: false,
      },
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining('Everything is as it was before.'),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });
});

test('a project that is reached through a symbolic link is written in its real place', async () => {
  const home = await temporaryFolder();
  mkdirSync(join(home, 'real'));
  symlinkSync('real', join(home, 'link'));
  await generate(join(home, 'link'), ONE);
  await generate(join(home, 'link/../real'), TWO);
  expect(readFileSync(join(home, 'real/README.md'), 'utf8')).toBe('# Two\n');
});

test('a missing directory is created', async () => {
  const project = join(await temporaryFolder(), 'deep/in/app');
  await generate(project, ONE);
  expect(readFileSync(join(project, 'README.md'), 'utf8')).toBe('# One\n');
});

describe('in a workspace with a formatter', () => {
  const APP = renderedFrom({ 'src/app.ts': "f( 'a' )" });

  async function workspaceWith(name: string): Promise<string> {
    const packageJson = JSON.stringify({ devDependencies: { [name]: '*' } });
    const workspace = writeTree(await temporaryFolder(), { 'package.json': packageJson });
    linkPackages(workspace, packageJson);
    return workspace;
  }

  test.each(['@biomejs/biome', 'prettier'])('%s formats a package that does not exist yet', async (name) => {
    const workspace = await workspaceWith(name);
    await generate(join(workspace, 'packages/api'), APP);
    expect(await readIn(workspace, 'packages/api/src/app.ts')).toBe('f("a");\n');
  });

  test('one that cannot be started leaves the text unchanged', async () => {
    const workspace = await workspaceWith('@biomejs/biome');
    const { execPath } = process;
    onTestFinished(() => {
      process.execPath = execPath;
    });
    process.execPath = join(workspace, 'no-such-node');
    await generate(workspace, APP);
    expect(await readIn(workspace, 'src/app.ts')).toBe("f( 'a' )");
  });
});

test('a file in place of the project is refused', async () => {
  const home = writeTree(await temporaryFolder(), { app: 'a file\n' });
  await expect(generate(join(home, 'app'), ONE)).rejects.toMatchObject({ exitCode: 2 });
  await expect(generate(join(home, 'app/deeper'), ONE)).rejects.toMatchObject({ exitCode: 2 });
});

test('a file that is saved in an editor while the run is being planned is not overwritten', async () => {
  const project = await temporaryFolder();
  await generate(project, ONE);
  const opened = await readProject(project, GENERATOR);
  const tree = await readWorkingTree(opened, TWO);
  writeFileSync(join(project, 'src/store.ts'), 'saved just now\n');
  const before = wholeSnapshot(project);

  const remembered = { generator: GENERATOR, project: opened.kind, answers: {} };
  const run = {
    project: opened,
    rendered: TWO,
    patches: [],
    tree,
    remembered,
    run: PLAIN_RUN,
    notes: [],
    canAsk: false,
  };
  await expect(regenerate(run)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('src/store.ts was changed'),
  });
  expect(wholeSnapshot(project)).toEqual(before);
});

test('the state folder explains itself, and is marked as generated', async () => {
  const project = await temporaryFolder();
  await generate(project, ONE);
  expect(readFileSync(join(project, '.koa-mongo-session/.gitattributes'), 'utf8')).toBe(
    '* linguist-generated\n',
  );
  expect(readFileSync(join(project, '.koa-mongo-session/base/README.md'), 'utf8')).toContain(
    'nothing to review',
  );
});

test('an explanation whose lines a formatter has wrapped is no drift, and stays so', async () => {
  const project = await temporaryFolder();
  await generate(project, ONE);
  const path = join(project, '.koa-mongo-session/base/README.md');
  const wrapped = readFileSync(path, 'utf8').replace(' in ', '\nin ');
  writeFileSync(path, wrapped);
  expect(await generate(project, ONE, { run: { check: true } })).toMatchObject({ exitCode: 0 });
  await generate(project, TWO);
  expect(readFileSync(path, 'utf8')).toBe(wrapped);
});

describe('modes', () => {
  const modeOf = (project: string, path: string) => statSync(join(project, path)).mode & 0o777;

  test('.env is readable only by its owner, and so is the file with its hash', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE, { patches: true });
    expect(modeOf(project, '.env')).toBe(0o600);
    expect(modeOf(project, '.koa-mongo-session/undo/journal.json')).toBe(0o600);
  });

  test('a file keeps the mode that its owner gave it', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    chmodSync(join(project, 'src/store.ts'), 0o755);
    chmodSync(join(project, 'README.md'), 0o640);
    await generate(project, TWO);
    expect(modeOf(project, 'src/store.ts')).toBe(0o755);
    await undo(project);
    expect(modeOf(project, 'README.md')).toBe(0o640);
  });

  test('a file keeps its mode when an option moves it, and when the move is undone', async () => {
    const project = await temporaryFolder();
    await generate(project, renderedFrom({ 'src/store.ts': source('store', 'one') }));
    chmodSync(join(project, 'src/store.ts'), 0o600);
    await generate(project, renderedFrom({ 'lib/store.ts': source('store', 'one') }));
    expect(modeOf(project, 'lib/store.ts')).toBe(0o600);
    await undo(project);
    expect(modeOf(project, 'src/store.ts')).toBe(0o600);
  });

  test('the backup of a replaced file has the mode of the file', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    writeTree(project, { 'src/store.ts': source('store', 'mine') });
    chmodSync(join(project, 'src/store.ts'), 0o600);
    await generate(project, TWO, { run: { onConflict: 'theirs' } });
    const [backup] = (await filesIn(project)).filter((path) => path.includes('/backup/src/store.ts.'));
    expect(modeOf(project, backup ?? '')).toBe(0o600);
  });
});

test('no secret of .env is stored anywhere else, not even for undo', async () => {
  const project = writeTree(await temporaryFolder(), { '.env': 'PASSWORD=s3cret' });
  await generate(project, ONE, { patches: true });
  await undo(project);
  await undo(project);
  const holding = Object.entries(wholeSnapshot(project)).filter(([, text]) => /s3cret|a-key/.test(text));
  expect(holding.map(([path]) => path)).toEqual(['.env']);
});

describe('undo', () => {
  test('reverts a run, and a second undo restores it', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    const one = wholeSnapshot(project);
    await generate(project, TWO);
    const two = wholeSnapshot(project);
    const withoutUndo = (tree: Record<string, string>) =>
      Object.fromEntries(Object.entries(tree).filter(([path]) => !path.includes('/undo/')));

    await undo(project);
    expect(withoutUndo(wholeSnapshot(project))).toEqual(withoutUndo(one));
    await undo(project);
    expect(withoutUndo(wholeSnapshot(project))).toEqual(withoutUndo(two));
  });

  test('of the first run leaves only the earlier files and .env, which git still ignores', async () => {
    const project = writeTree(await temporaryFolder(), { 'src/own.ts': 'mine\n' });
    await generate(project, ONE, { patches: true });
    await undo(project);
    const left = Object.keys(wholeSnapshot(project)).filter((path) => !path.includes('/undo/'));
    expect(left).toEqual(['.env', '.gitignore', 'src/own.ts']);
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toBe('.env\n');
  });

  test('of the first run removes .gitignore if .env is gone', async () => {
    const project = writeTree(await temporaryFolder(), { '.gitignore': 'dist/\n' });
    await generate(project, ONE, { patches: true });
    rmSync(join(project, '.env'));
    await undo(project);
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toBe('dist/\n');
  });

  test('refuses if a file was edited since, and names it', async () => {
    const project = await temporaryFolder();
    await generate(project, ONE);
    writeFileSync(join(project, 'README.md'), '# Mine\n');
    const before = wholeSnapshot(project);
    await expect(undo(project)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('  README.md'),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });

  test('finds nothing to undo without a run', async () => {
    expect(changesToUndo(await temporaryFolder())).toEqual([]);
  });
});
