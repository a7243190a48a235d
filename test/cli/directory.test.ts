import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { KEYS } from '../support/terminal.ts';
import { writeTree } from '../support/tree.ts';

const { enter } = KEYS;
const YES = ['--yes', '--dry-run'];
const KOA = '{"dependencies":{"koa":"^3.0.0"}}';

describe('without a directory and without a terminal', () => {
  test.each([
    { where: 'an empty folder', tree: {} },
    { where: 'a fresh clone', tree: { '.git/HEAD': '', 'README.md': '', LICENSE: '', '.gitignore': '' } },
    { where: 'a project', tree: { 'package.json': '{}', 'src/index.ts': '' } },
    { where: 'a project beside one', tree: { 'package.json': '{}', 'client/package.json': '{}' } },
    {
      where: 'the top of packages that has Koa itself',
      tree: { 'package.json': KOA, 'examples/package.json': KOA },
    },
    {
      where: 'the top of a workspace that has Koa itself',
      tree: { 'package.json': '{"workspaces":["a"],"dependencies":{"koa":"3"}}' },
    },
  ])('$where is accepted', async ({ tree }) => {
    const cwd = writeTree(await temporaryFolder(), tree);
    expect(await run(YES, { cwd })).toMatchObject({ exitCode: 0 });
  });

  test.each([
    {
      where: 'a folder in use',
      tree: { 'notes.txt': '' },
      in: '.',
      says: 'neither empty nor a project: name a directory, new or existing, or . for this folder\n  npx create-koa-mongo-session@latest my-app\n',
    },
    {
      where: 'a folder of a project',
      tree: { 'package.json': '{}', 'src/web/app.ts': '' },
      in: 'src/web',
      says: 'part of the project in ../..: name that, or another directory\n  npx create-koa-mongo-session@latest ../..\n',
    },
    {
      where: 'the top of an npm workspace',
      tree: {
        'package.json': '{"workspaces":["packages/*","tools","!packages/a-test"]}',
        'packages/a-test/package.json': KOA,
        'packages/api/package.json': KOA,
        'packages/web/package.json': '{}',
      },
      in: '.',
      says: 'the top of several packages: name the one that needs sessions, or install Koa here first if it is this one\n  npx create-koa-mongo-session@latest packages/api\n',
    },
    {
      where: 'the top of a pnpm workspace',
      tree: {
        'package.json': '{}',
        'pnpm-workspace.yaml':
          "# ours\npackages:\n  - 'apps/*' # all\n  - '!**/test/**'\ncatalog:\n  koa: ^3.0.0\n",
        'apps/api/package.json': KOA,
        'pnpm-lock.yaml': '',
      },
      in: '.',
      says: '  pnpm create koa-mongo-session@latest apps/api\n',
    },
    {
      // Sessions here would be in its package.json and its .env, and the server runs in its own folder.
      where: 'the top of a server and a client that are no workspace',
      tree: {
        'package.json': '{"scripts":{"start":"cd server && npm start"}}',
        'client/package.json': '{}',
        'server/package.json': KOA,
      },
      in: '.',
      says: '  npx create-koa-mongo-session@latest server\n',
    },
    {
      where: 'one that names its packages in brackets',
      tree: {
        'package.json': '{}',
        'pnpm-workspace.yaml': 'packages: ["apps/*", \'libs/*\']\n',
        'apps/api/package.json': KOA,
      },
      in: '.',
      says: '  pnpm create koa-mongo-session@latest apps/api\n',
    },
  ])('$where is refused, and the right command is shown', async ({ tree, in: folder, says }) => {
    const root = writeTree(await temporaryFolder(), tree);
    const before = await filesIn(root);
    const { exitCode, stderr } = await run(['--yes'], { cwd: `${root}/${folder}` });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(await filesIn(root)).toEqual(before);
  });

  test('a non-empty folder is accepted if it is named', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'notes.txt': '' });
    expect(await run(['.', ...YES], { cwd })).toMatchObject({ exitCode: 0 });
  });
});

test.each([
  { directory: '.', command: 'packages/api' },
  { directory: '../shop', command: '../shop/packages/api' },
])('the top of a workspace is refused also if it is named: $directory', async ({ directory, command }) => {
  const cwd = writeTree(join(await temporaryFolder(), 'shop'), {
    'package.json': '{"workspaces":["packages/*"]}',
    'packages/api/package.json': KOA,
  });
  const { exitCode, stderr } = await run([directory, ...YES], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `name the one that needs sessions, or install Koa here first if it is this one\n  npx create-koa-mongo-session@latest ${command}\n`,
  );
});

describe('a directory within another project', () => {
  test('is accepted, and the command for the outer project is shown', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{}', 'src/index.ts': '' });
    const { exitCode, stderr } = await run(['src/api', ...YES], { cwd });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr:
        'warning: src/api is inside the project in ., and becomes a separate project. For sessions in that one: `npx create-koa-mongo-session@latest .`\n',
    });
  });

  test.each([
    { workspaces: ['packages/*'], directory: 'services/new' },
    { workspaces: ['packages/*'], directory: 'packages/deep/new' },
    { workspaces: ['./packages/*/', 'tools'], directory: 'tool' },
    { workspaces: ['packages/*', '!packages/old'], directory: 'packages/old' },
  ])(
    'is not confused with a package of a workspace: $directory of $workspaces',
    async ({ workspaces, directory }) => {
      const cwd = writeTree(await temporaryFolder(), { 'package.json': JSON.stringify({ workspaces }) });
      const { exitCode, stderr } = await run([directory, ...YES], { cwd });
      const what = `${directory} is not a package of the workspace in . (${workspaces.join(', ')})`;
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining(what) });
    },
  );

  test.each([
    { what: 'is that of a workspace', tree: { 'package.json': '{"workspaces":["packages/*"]}' } },
    { what: 'is at any depth of one', tree: { 'package.json': '{"workspaces":["./pack*/**/"]}' } },
    { what: 'has a repository of its own', tree: { 'package.json': '{}', 'packages/new/.git/HEAD': '' } },
    { what: 'is a project already', tree: { 'package.json': '{}', 'packages/new/package.json': '{}' } },
  ])('causes no message if it $what', async ({ tree }) => {
    const cwd = writeTree(await temporaryFolder(), tree);
    expect(await run(['packages/new', ...YES], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('a misspelt command does not create a project', async () => {
  const cwd = await temporaryFolder();
  const { exitCode, stderr } = await run(['undoo', '--yes'], { cwd });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr:
      'error: undoo: did you mean undo? For a project of that name, give ./undoo\nSee create-koa-mongo-session --help\n',
  });
  expect(await run(['./undoo', ...YES], { cwd })).toMatchObject({ exitCode: 0 });
});

describe('at a terminal', () => {
  test('the program asks for the folder, and suggests a new one', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['-c', 'db', '--no-install'], { cwd });
    await terminal.answer('Project folder', '');
    await terminal.answer('Collection', '');
    await terminal.answer('A session ends', '');
    await terminal.answer('Change anything else?', '');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await filesIn(cwd)).toContain('my-app/package.json');
  });

  test.each([
    ['mongodb://ann:hunter2@db.example/shop', 'a connection string is given with --url'],
    ['~/shop', 'give the whole path'],
    ['--yes', 'must not begin with a dash'],
    ['taken', 'taken is a file; name a directory'],
    ['y', 'for a folder of that name, give ./y'],
    ['undo', 'for a folder of that name, give ./undo'],
  ])('the program asks again after %s', async (typed, says) => {
    const cwd = writeTree(await temporaryFolder(), { taken: '', 'notes.txt': '' });
    const terminal = runAtTerminal(['-c', 'db', '--no-install'], { cwd });
    await terminal.answer('Project folder', typed);
    await terminal.sees(says);
    terminal.type(KEYS.ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(await filesIn(cwd)).toEqual(['notes.txt', 'taken']);
  });

  test('the program asks again after the top of several packages', async () => {
    const api = '{"dependencies":{"koa":"3"}}';
    const tree = { 'package.json': '{"workspaces":["packages/*"]}', 'packages/api/package.json': api };
    const cwd = writeTree(await temporaryFolder(), tree);
    const terminal = runAtTerminal(['-c', 'db', '--no-install'], { cwd });
    await terminal.answer('Project folder', '.');
    await terminal.sees('the top of several packages: name the one that needs sessions');
    terminal.type(KEYS.ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(await filesIn(cwd)).toEqual(Object.keys(tree));
  });

  test('white space around the folder is not part of its name', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['-c', 'db', '--no-install', '--collection', 'a', '--ttl', '1d'], { cwd });
    await terminal.answer('Project folder', ' shop ');
    await terminal.answer('Change anything else?', '');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await filesIn(cwd)).toContain('shop/package.json');
  });

  test('a non-empty folder needs one confirmation; Enter is not enough if it is not a project', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'notes.txt': '' });
    const terminal = runAtTerminal(['.', '-c', 'db', '--no-install'], { cwd });
    await terminal.answer('Collection', '');
    await terminal.answer('A session ends', '');
    await terminal.answer('Change anything else?', '');
    await terminal.sees('created');
    await terminal.sees('This folder is not empty and not a project. Write this?');
    terminal.type(enter);
    expect(await terminal.ended).toMatchObject({ exitCode: 4 });
    expect(await filesIn(cwd)).toEqual(['notes.txt']);
  });
});
