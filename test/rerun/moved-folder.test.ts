import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, moduleOf } from '../../src/core/project/imports.ts';
import { run, temporaryFolder } from '../support/program.ts';
import { readTree, type Tree, writeTree } from '../support/tree.ts';

/* The user moves the session folder as an editor does: with the imports of it. */

const HOME = 'src/session';
const MOVED = 'src/lib/session';
const MINE = ['-y', '--no-install', '--on-conflict', 'mine'];

async function movedProject(): Promise<string> {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"type":"module","dependencies":{"koa":"^3.0.0"}}',
    'src/app.ts': "import Koa from 'koa';\n\nexport const app = new Koa();\n",
  });
  const url = ['-c', 'url', '--url', 'mongodb://127.0.0.1/x'];
  expect(await run([...url, '--mount', '-y', '--no-install'], { cwd })).toMatchObject({ exitCode: 0 });
  move(cwd, HOME, MOVED);
  return cwd;
}

function move(cwd: string, from: string, to: string): void {
  writeTree(cwd, { [`${dirname(to)}/own.ts`]: '' });
  renameSync(join(cwd, from), join(cwd, to));
  const importers = { 'src/app.ts': `./${from.slice(4)}/`, 'scripts/migrate-sessions.ts': `../${from}/` };
  const tree = readTree(cwd);
  for (const [path, before] of Object.entries(importers))
    writeTree(cwd, {
      [path]: tree[path]?.replaceAll(before, before.replace(from.slice(4), to.slice(4))) ?? '',
    });
}

const ofProject = (tree: Tree) =>
  Object.entries(tree).filter(([path]) => !path.startsWith('.koa-mongo-session/undo/') && path !== '.env');

/** Imports of files that are not there. */
function brokenImports(tree: Tree): string[] {
  const modules = Object.keys(tree).map(moduleOf);
  return Object.entries(tree)
    .filter(([path]) => /^(?:src|scripts)\//.test(path))
    .flatMap(([path, text]) => importsOf(path, text).filter((module) => !modules.includes(module)));
}

test('--dir also corrects imports in an app that the user has moved, and in the files beside its old place', async () => {
  const cwd = await temporaryFolder();
  await run(['-c', 'url', '--url', 'mongodb://127.0.0.1/x', '-y', '--no-install'], { cwd });
  const { 'src/app.ts': app = '', 'src/server.ts': server = '' } = readTree(cwd);
  rmSync(join(cwd, 'src/app.ts'));
  writeTree(cwd, {
    'src/web/app.ts': app.replaceAll("'./session/", "'../session/"),
    'src/server.ts': server.replace("'./app.ts'", "'./web/app.ts'"),
  });
  await run(['--dir', 'src/auth', ...MINE], { cwd });
  expect(brokenImports(readTree(cwd))).toEqual([]);
  expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
});

test.each([
  { flags: ['--encrypt'], creates: 'encryption.ts' },
  { flags: ['--adopt', 'koa-session-mongo', '--collection', 'koa_sessions'], creates: 'adopt.ts' },
  { flags: ['--encrypt', '--dir', 'src/auth'], creates: 'encryption.ts' },
  { flags: ['--encrypt', '--dir', MOVED], creates: 'encryption.ts' },
])('$flags writes $creates beside the moved files', async ({ flags, creates }) => {
  const cwd = await movedProject();
  const before = readTree(cwd);
  const { stdout } = await run([...flags, ...MINE], { cwd });
  expect(stdout).toContain(`created  ${MOVED}/${creates}\n`);
  expect(stdout).not.toContain('stays deleted');
  const after = readTree(cwd);
  const added = Object.keys(after).filter((path) => path.startsWith('src/') && !Object.hasOwn(before, path));
  expect(added).toEqual([`${MOVED}/${creates}`]);
  expect(brokenImports(after)).toEqual([]);
  expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  await run(MINE, { cwd });
  expect(ofProject(readTree(cwd))).toEqual(ofProject(after));
});

test.each([
  ['--encrypt'],
  ['--user-key', 'user'],
  ['--collection', 'others'],
  ['--on-concurrent-write', 'throw'],
])('%s %s has no conflict with imports that the user has corrected', async (...flags) => {
  const cwd = await movedProject();
  expect(await run([...flags, '-y', '--no-install'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(brokenImports(readTree(cwd))).toEqual([]);
  expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
});

const SCRIPT = 'scripts/migrate-sessions.ts';

test('imports that the user has not corrected are corrected', async () => {
  const cwd = await movedProject();
  const corrected = readTree(cwd)[SCRIPT] ?? '';
  const script = corrected.replaceAll(`../${MOVED}/`, `../${HOME}/`);
  writeTree(cwd, { [SCRIPT]: `${script}// mine\n` });
  expect(await run(['-y', '--no-install'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(readTree(cwd)[SCRIPT]).toBe(`${corrected}// mine\n`);
});

test('an alias stays, and imports beside it that are not corrected are named', async () => {
  const cwd = await movedProject();
  const script = readTree(cwd)[SCRIPT]?.replaceAll(`../${MOVED}/`, `../${HOME}/`) ?? '';
  const aliased = script.replace(`'../${HOME}/errors.ts'`, `'#sessions/errors.ts'`);
  writeTree(cwd, { [SCRIPT]: aliased });
  const { exitCode, stdout } = await run(['-y', '--no-install'], { cwd });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /note: change the import of .*connection\.ts.* in scripts\/migrate-sessions\.ts, since/,
  );
  expect(readTree(cwd)[SCRIPT]).toBe(aliased);
  writeTree(cwd, { [SCRIPT]: aliased.replaceAll(`../${HOME}/`, `../${MOVED}/`) });
  expect(await run(['-y', '--no-install'], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: expect.not.stringContaining('change the import'),
  });
});

test('undo takes such a file back, and the next run writes it in the same place', async () => {
  const cwd = await movedProject();
  const before = ofProject(readTree(cwd));
  await run(['--encrypt', ...MINE], { cwd });
  const after = ofProject(readTree(cwd));
  expect(await run(['undo'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(ofProject(readTree(cwd))).toEqual(before);
  await run(['--encrypt', ...MINE], { cwd });
  expect(after.map(([path]) => path)).toContain(`${MOVED}/encryption.ts`);
  expect(ofProject(readTree(cwd))).toEqual(after);
});

test.each([
  { to: HOME, what: 'back' },
  { to: 'src/auth', what: 'on' },
])('a folder that is moved $what is followed with all its files', async ({ to }) => {
  const cwd = await movedProject();
  await run(MINE, { cwd });
  move(cwd, MOVED, to);
  const before = Object.keys(readTree(cwd));
  const { stdout } = await run(['--encrypt', ...MINE], { cwd });
  expect(stdout).not.toContain('stays deleted');
  const added = Object.keys(readTree(cwd)).filter((path) => !before.includes(path));
  expect(added.filter((path) => path.startsWith('src/'))).toEqual([`${to}/encryption.ts`]);
});

test('a link in the place of a new file is refused, since its target is another generated file', async () => {
  const cwd = await movedProject();
  symlinkSync('store.ts', join(cwd, MOVED, 'encryption.ts'));
  const before = readTree(cwd);
  expect(await run(['--encrypt', '-y', '--no-install', '--on-conflict', 'theirs'], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`${MOVED}/encryption.ts is a symbolic link to ${MOVED}/store.ts`),
  });
  expect(readTree(cwd)).toEqual(before);
});

test.each([
  { script: 'tsx tools/migrate.ts', to: 'tools/migrate.ts', says: 'npm run migrate:sessions' },
  { script: 'knex migrate', to: 'tools/migrate.ts', says: 'npx tsx tools/migrate.ts' },
  { script: `tsx ${SCRIPT}`, to: 'tools/migrate-sessions.ts', says: 'npx tsx tools/migrate-sessions.ts' },
])('with "$script" for a migration that is now $to, the steps say $says', async ({ script, to, says }) => {
  const cwd = await movedProject();
  const text = readTree(cwd)['package.json']?.replace('tsx scripts/migrate-sessions.ts', script) ?? '';
  writeTree(cwd, { 'package.json': text, 'tools/own.ts': '' });
  renameSync(join(cwd, SCRIPT), join(cwd, to));
  const { stdout, stderr } = await run(['--encrypt', '--user-key', 'userId', ...MINE], { cwd });
  expect(stderr).toContain(`\`${says}`);
  expect(stdout).toContain(`       ${says}\n`);
  const isOwn = !script.includes(to);
  expect(stdout.includes('already has a script')).toBe(isOwn);
  expect(readTree(cwd)['package.json']).toBe(text);
});

/** As a linter does that puts a licence above all files, or a developer who removes comments. */
function changeHeads(cwd: string, folder: string, head: string): void {
  const tree = Object.entries(readTree(cwd)).filter(([path]) => path.startsWith(`${folder}/`));
  for (const [path, text] of tree)
    writeTree(cwd, { [path]: text.replace(/^(\/\/ create-koa-mongo-session: .*\n)/, head) });
}

const LICENCE = `/*\n${' * Copyright of the owner of this project. All rights are reserved.\n'.repeat(20)} */\n\n`;

test('files are found by their ids also below a licence', async () => {
  const cwd = await movedProject();
  changeHeads(cwd, MOVED, `${LICENCE}$1`);
  const { stdout } = await run(['--encrypt', ...MINE], { cwd });
  expect(stdout).toContain(`created  ${MOVED}/encryption.ts\n`);
  expect(stdout).not.toContain('stays deleted');
  expect(brokenImports(readTree(cwd))).toEqual([]);
});

describe('a folder that is gone, with all ids', () => {
  test.each([[[]], [['--ttl', '1d']], [['--check']], [['--dry-run']], [['--dir', 'src/elsewhere']]])(
    'stops a run with %j, which says what to do',
    async (flags) => {
      const cwd = await movedProject();
      changeHeads(cwd, MOVED, '');
      const before = readTree(cwd);
      const { exitCode, stderr } = await run([...flags, ...MINE], { cwd });
      expect(exitCode).toBe(4);
      expect(stderr).toContain('src/session has none of its modules any more. Nothing was written.');
      expect(readTree(cwd)).toEqual(before);
    },
  );

  test('is found with --dir', async () => {
    const cwd = await movedProject();
    changeHeads(cwd, MOVED, '');
    const { stdout } = await run(['--dir', MOVED, '--encrypt', ...MINE], { cwd });
    expect(stdout).toContain(`created  ${MOVED}/encryption.ts\n`);
    expect(stdout).not.toContain('stays deleted');
    expect(brokenImports(readTree(cwd))).toEqual([]);
    expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('is written again with --restore', async () => {
    const cwd = await movedProject();
    move(cwd, MOVED, HOME);
    rmSync(join(cwd, HOME), { recursive: true });
    expect(await run(['--restore', `${HOME}/`, ...MINE], { cwd })).toMatchObject({ exitCode: 0 });
    expect(brokenImports(readTree(cwd))).toEqual([]);
    expect(Object.keys(readTree(cwd))).toContain(`${HOME}/README.md`);
  });
});

test('--mount finds the sessions that are mounted from a moved folder, and mounts them from there', async () => {
  const cwd = await movedProject();
  const mounted = readTree(cwd)['src/app.ts'] ?? '';
  expect(await run(['--mount', ...MINE], { cwd })).toMatchObject({ exitCode: 0 });
  expect(readTree(cwd)['src/app.ts']).toBe(mounted);
  writeTree(cwd, { 'src/app.ts': mounted.replace(/.*sessions.*\n/g, '') });
  expect(await run(['--mount', ...MINE], { cwd })).toMatchObject({ exitCode: 0 });
  expect(readTree(cwd)['src/app.ts']).toBe(mounted);
});

test('a README.md of the project is not taken for the guide', async () => {
  const cwd = await temporaryFolder();
  await run(['-c', 'url', ...MINE], { cwd });
  for (const path of Object.keys(readTree(cwd)).filter((path) => /^src\/session\/.*ts$/.test(path)))
    renameSync(join(cwd, path), join(cwd, basename(path)));
  rmSync(join(cwd, HOME), { recursive: true });
  const { stdout } = await run(['--encrypt', ...MINE], { cwd });
  expect(stdout).toContain('created        encryption.ts\n');
  expect(stdout).toContain('stays deleted  src/session/README.md ');
});
