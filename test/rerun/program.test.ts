import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linkPackages } from '../support/packages.ts';
import { readIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { KEYS } from '../support/terminal.ts';
import { readTree, type Tree, writeTree } from '../support/tree.ts';

/*
 * A user who returns to a real project. These tests know nothing of the templates except that the settings are in
 * src/session/index.ts.
 */
const SETTINGS = 'src/session/index.ts';

async function project(...flags: readonly string[]): Promise<string> {
  const cwd = await temporaryFolder();
  expect(await run(['--yes', '--connection', 'url', ...flags], { cwd })).toMatchObject({ exitCode: 0 });
  return cwd;
}

function edit(cwd: string, path: string, change: (text: string) => string): void {
  const before = readFileSync(join(cwd, path), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(cwd, path), after);
}

const withoutUndo = (tree: Tree) =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith('.koa-mongo-session/undo/')));

const changeTtl = (text: string) => text.replace(/(export const TTL = )[^;]+/, '$1123_456');
const OWN = 'export const own = 1;\n';
const addOwn = (text: string) => `${text}\n${OWN}`;

test('without flags, a run repeats the previous one', async () => {
  const cwd = await project('--ttl', '3d', '--collection', 'logins');
  const before = withoutUndo(readTree(cwd));
  expect(await run(['--no-input'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(withoutUndo(readTree(cwd))).toEqual(before);
});

test('an answer that the manifest has is reported with its place, a given one without', async () => {
  const cwd = await project('--absolute-ttl', '20d');
  const { exitCode, stderr } = await run(['--ttl', '30d', '--touch-after', 'x'], { cwd });
  expect({ exitCode, lines: stderr.split('\n').slice(1) }).toEqual({
    exitCode: 2,
    lines: [
      expect.stringMatching(/^ {2}--touch-after: must be/),
      '  --absolute-ttl (in .koa-mongo-session/manifest.json): 20d must not be shorter than --ttl, 30d',
      '',
    ],
  });
});

test('an edit and a changed option are merged', async () => {
  const cwd = await project('--ttl', '3d');
  edit(cwd, SETTINGS, addOwn);
  const { exitCode, stdout } = await run(['--no-input', '--ttl', '5d'], { cwd });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining(`merged   ${SETTINGS}`),
  });
  const text = await readIn(cwd, SETTINGS);
  expect(text).toContain(OWN);
  expect(text).toContain('export const TTL = 5 *');
});

test.each([
  { where: 'at the beginning', place: /(?<=interface SessionData \{\n)/ },
  { where: 'at the end', place: /(?<=interface SessionData \{[^}]*)(?=\})/ },
])('what is declared $where of SessionData is merged with --user-key', async ({ place }) => {
  const cwd = await project();
  edit(cwd, SETTINGS, (text) => text.replace(place, '  userId?: string;\n'));
  expect(await run(['--no-input', '--user-key', 'userId'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await run(['--no-input', '--no-user-key'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, SETTINGS)).toContain('  userId?: string;\n');
});

test.each([
  ['--absolute-ttl', '60d'],
  ['--rolling', '--touch-after', '5m'],
  ['--user-key', 'userId'],
  ['--adopt', 'koa-session-mongo', '--collection', 'koa_sessions'],
])('a SessionData that is the own one of the user, with its comment, is merged with %s', async (...flags) => {
  const cwd = await project('--no-app');
  const own = '/** Ours. */\nexport interface SessionData {\n  userId?: string;\n}\n';
  edit(cwd, SETTINGS, (text) => text.replace(/.*\nexport type SessionData = .*\n/, own));
  expect(await run(['--no-input', ...flags], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, SETTINGS)).toContain(own);
});

test.each(['prettier', '@biomejs/biome'])(
  'where %s is not installed, it is named as a reason for the conflicts',
  async (name) => {
    const packageJson = JSON.stringify({ type: 'module', devDependencies: { [name]: '*' } });
    const cwd = writeTree(await temporaryFolder(), { 'package.json': packageJson });
    await run(['--yes', '--connection', 'db'], { cwd });
    edit(cwd, SETTINGS, changeTtl);
    const isNamed = async () => {
      const { exitCode, stderr } = await run(['--ttl', '5d'], { cwd });
      expect(exitCode).toBe(4);
      return stderr.includes(`warning: ${name} is in package.json, but not installed`);
    };
    expect(await isNamed()).toBe(true);
    linkPackages(cwd, packageJson);
    expect(await isNamed()).toBe(false);
  },
);

test('the entries of the user in package.json and .env do not change', async () => {
  const cwd = await project();
  const packageJson =
    '{"name":"mine","type":"module","scripts":{"dev":"my own"},"dependencies":{"koa":"^3.0.0"}}';
  writeTree(cwd, { 'package.json': packageJson, '.env': 'APP_KEYS=mine' });
  const { stdout } = await run(['--no-input'], { cwd });
  expect(stdout).not.toContain('already has a script');
  expect(JSON.parse(await readIn(cwd, 'package.json'))).toMatchObject({
    name: 'mine',
    scripts: { dev: 'my own' },
    dependencies: { koa: '^3.0.0' },
  });
  expect((await readIn(cwd, '.env')).split('\n')[0]).toBe('APP_KEYS=mine');
});

test('a .env of the workspace, to which a link leads, is read, but nothing is written to it', async () => {
  const workspace = writeTree(await temporaryFolder(), {
    '.env': 'APP_KEYS=mine\n',
    'api/package.json': '{"type":"module"}',
  });
  const cwd = join(workspace, 'api');
  symlinkSync('../.env', join(cwd, '.env'));
  const { exitCode, stdout } = await run(['--yes', '--connection', 'url'], { cwd });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining('Set MONGODB_URL in .env'),
  });
  expect(stdout).toContain('.env leads out of the project, to ../.env: nothing was added to it.');
  writeFileSync(join(cwd, '.env'), 'APP_KEYS=mine\nMONGODB_URL=mongodb://db/shop\n');
  const again = await run(['--no-input', '--ttl', '5d'], { cwd });
  expect(again.stdout).not.toContain('.env');
  expect(await run(['undo'], { cwd })).toMatchObject({ exitCode: 0 });
});

describe('edits that overlap', () => {
  async function overlapping() {
    const cwd = await project('--ttl', '3d');
    edit(cwd, SETTINGS, changeTtl);
    return cwd;
  }

  test('without a terminal: 4, nothing is written, and the lines of both sides are shown', async () => {
    const cwd = await overlapping();
    const before = readTree(cwd);
    const { exitCode, stdout, stderr } = await run(['--no-input', '--ttl', '5d'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining(SETTINGS) });
    expect(stdout).toMatch(/<<<<<<< mine\n.*123_456.*=======\n.*5 \*.*>>>>>>> theirs, newly generated/s);
    expect(readTree(cwd)).toEqual(before);
  });

  test('with --json: the same, as one JSON value', async () => {
    const cwd = await overlapping();
    const { exitCode, stdout } = await run(['--no-input', '--ttl', '5d', '--json'], { cwd });
    const { written, files } = JSON.parse(stdout);
    const conflicts = files.filter(({ action }: { action: string }) => action === 'conflict');
    expect({ exitCode, written, conflicts }).toEqual({
      exitCode: 4,
      written: false,
      conflicts: [expect.objectContaining({ path: SETTINGS, reason: 'overlap', hunks: [expect.anything()] })],
    });
  });

  test('at a terminal, Enter keeps the lines of the user, and the question is not asked again', async () => {
    const cwd = await overlapping();
    const terminal = runAtTerminal(['--ttl', '5d'], { cwd });
    await terminal.sees('❯ mine');
    terminal.type(KEYS.enter);
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await readIn(cwd, SETTINGS)).toContain('123_456');
    expect(await run(['--no-input'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('at a terminal, Ctrl-C ends the run with 130, and nothing is written', async () => {
    const cwd = await overlapping();
    const before = readTree(cwd);
    const terminal = runAtTerminal(['--ttl', '5d'], { cwd });
    await terminal.sees('❯ mine');
    terminal.type(KEYS.ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(readTree(cwd)).toEqual(before);
  });

  test('--yes is not consent to overwrite', async () => {
    const cwd = await overlapping();
    const before = readTree(cwd);
    expect(await run(['--yes', '--ttl', '5d'], { cwd })).toMatchObject({ exitCode: 4 });
    expect(readTree(cwd)).toEqual(before);
  });
});

test('--diff shows one file or all, and writes nothing', async () => {
  const cwd = await project('--ttl', '3d');
  const before = readTree(cwd);
  const { stdout } = await run(['--no-input', '--ttl', '5d', '--diff', SETTINGS], { cwd });
  expect(stdout).toMatch(
    /^~ updated {2}src\/session\/index.ts \+2 -2\n--- a\/src\/session\/index.ts\n.*\n-export const TTL = 3 \*.*\n\+export const TTL = 5 \*/s,
  );
  expect(await run(['--no-input', '--diff', 'shop/src/app.ts'], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('A path begins in the project'),
  });
  expect(readTree(cwd)).toEqual(before);
});

test('--check finds outdated files, and ignores a missing .env', async () => {
  const cwd = await project();
  rmSync(join(cwd, '.env'));
  expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await run(['--no-input', '--check', '--ttl', '5d'], { cwd })).toMatchObject({ exitCode: 3 });
  rmSync(join(cwd, '.gitignore'));
  expect(await run(['--no-input', '--check'], { cwd })).toMatchObject({ exitCode: 3 });
});

test('--check finds nothing in a clone in another folder, also if package.json has no name', async () => {
  const cwd = writeTree(await temporaryFolder(), { 'package.json': '{"type":"module"}\n' });
  await run(['--yes', '--connection', 'url'], { cwd });
  const clone = writeTree(join(await temporaryFolder(), 'elsewhere'), readTree(cwd));
  expect(await run(['--no-input', '--check'], { cwd: clone })).toMatchObject({ exitCode: 0 });
});

test('a deleted file stays deleted until --restore asks for it', async () => {
  const cwd = await project();
  const text = await readIn(cwd, 'compose.yaml');
  rmSync(join(cwd, 'compose.yaml'));
  expect((await run(['--no-input', '--ttl', '1d'], { cwd })).stdout).toContain('stays deleted  compose.yaml');
  await run(['--no-input', '--restore', './compose.yaml'], { cwd });
  expect(await readIn(cwd, 'compose.yaml')).toBe(text);
});

test('another --dir moves the files with their edits', async () => {
  const cwd = await project();
  edit(cwd, SETTINGS, addOwn);
  expect(await run(['--no-input', '--dir', 'src/auth'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, 'src/auth/index.ts')).toContain(OWN);
  expect(Object.keys(readTree(cwd)).filter((path) => path.startsWith('src/session/'))).toEqual([]);
});

test('undo reverts a run, and a second undo restores it', async () => {
  const cwd = await project('--ttl', '3d');
  const before = withoutUndo(readTree(cwd));
  await run(['--no-input', '--ttl', '5d'], { cwd });
  const after = withoutUndo(readTree(cwd));

  expect(await run(['undo', '--dry-run'], { cwd })).toMatchObject({
    stdout: expect.stringContaining(`restored  ${SETTINGS}`),
  });
  expect(withoutUndo(readTree(cwd))).toEqual(after);
  expect(await run(['undo'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(withoutUndo(readTree(cwd))).toEqual(before);
  expect(await run(['undo', '.'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(withoutUndo(readTree(cwd))).toEqual(after);
});

test('undo says to take back first what was edited or deleted after the run', async () => {
  const cwd = await project();
  rmSync(join(cwd, SETTINGS));
  expect(await run(['undo'], { cwd })).toMatchObject({
    exitCode: 4,
    stderr: `error: Edited or deleted since the last run. Take that back first, then undo again; nothing was written:\n  ${SETTINGS}\n`,
  });
});

test('undo of the first run reports that .env stays, and git still ignores it', async () => {
  const cwd = await project();
  const { stdout } = await run(['undo'], { cwd });
  expect(stdout).toContain('note: .env stays');
  expect(await readIn(cwd, '.gitignore')).toBe('.env\n');
});

test('a run that only writes .env again leaves the run before to be undone', async () => {
  const cwd = await project();
  const before = withoutUndo(readTree(cwd));
  await run(['--no-input', '--ttl', '5d'], { cwd });
  rmSync(join(cwd, '.env'));
  await run(['--no-input'], { cwd });
  expect(await run(['undo'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(withoutUndo(readTree(cwd))).toEqual({ ...before, '.env': expect.stringContaining('APP_KEYS=') });
});

test('undo reports that the lines that a run added to an existing .env stay', async () => {
  const cwd = writeTree(await temporaryFolder(), { '.env': 'OWN=1\n' });
  await run(['--yes'], { cwd });
  const { stdout } = await run(['undo', '--json'], { cwd });
  expect(JSON.parse(stdout).notes).toEqual([expect.stringContaining('What the run added to .env stays')]);
});
