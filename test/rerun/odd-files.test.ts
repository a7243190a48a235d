import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PROGRAM, run, runAsProcess, temporaryFolder } from '../support/program.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { sample } from '../support/sampling.ts';
import { writeTree } from '../support/tree.ts';

/*
 * The whole program, with something other than a regular file where it expects one. It must not wait for a pipe: nobody
 * writes to it, and no signal would end the wait.
 */

const A_PIPE = 'a named pipe';
const KINDS: Readonly<Record<string, (path: string) => unknown>> = {
  'a directory': (path) => writeTree(path, { 'kept.txt': 'kept\n' }),
  [A_PIPE]: (path) => execaSync('mkfifo', [path]),
  'a socket': async (path) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
  },
};

const STATE = '.koa-mongo-session';
const STORE = 'src/session/store.ts';

interface Row {
  readonly at: string;
  readonly args?: readonly string[];
  readonly exitCode: number;
  readonly says?: string;
}

const AGAIN: readonly string[] = ['--no-input', '--ttl', '5d'];

/** [path where a file is expected, command, expected result] */
const ROWS: readonly Row[] = [
  { at: STORE, exitCode: 2 },
  { at: STORE, args: ['undo'], exitCode: 4, says: `  ${STORE}` },
  { at: STORE, args: ['--no-input', '--dir', 'lib'], exitCode: 2 },
  {
    at: 'lib/store.ts',
    args: ['--no-input', '--dir', 'lib'],
    exitCode: 4,
    says: 'is where src/session/store.ts should move',
  },
  { at: 'package.json', exitCode: 2 },
  { at: '.env', exitCode: 2 },
  { at: '.gitignore', exitCode: 2 },
  { at: 'tsconfig.json', exitCode: 2 },
  { at: `${STATE}/manifest.json`, exitCode: 2 },
  { at: `${STATE}/base/${STORE}.base`, exitCode: 2 },
  { at: `${STATE}/base/README.md`, exitCode: 2 },
  { at: `${STATE}/undo/journal.json`, args: ['undo'], exitCode: 2 },
  { at: `${STATE}/undo/journal.json`, exitCode: 2 },
  { at: `${STATE}/undo/0`, exitCode: 2, says: `${STATE}/undo/0` },
  { at: `${STATE}/pending/journal.json`, exitCode: 2 },
  { at: `${STATE}/pending/notes`, exitCode: 2, says: `${STATE}/pending/notes` },
  { at: `${STATE}/undo.old/notes`, exitCode: 2, says: `${STATE}/undo.old/notes` },
  { at: `${STATE}/lock-1-2-3-4`, exitCode: 4, says: 'Another run is writing' },
];

/** Created once, and copied. */
const template = mkdtempSync(join(tmpdir(), 'odd-files-'));
beforeAll(async () => {
  expect(await run(['--yes', '-c', 'db'], { cwd: template })).toMatchObject({ exitCode: 0 });
});
afterAll(() => rmSync(template, { recursive: true }));

async function project(): Promise<string> {
  const cwd = await temporaryFolder();
  cpSync(template, cwd, { recursive: true });
  return cwd;
}

const CASES = ROWS.flatMap((row) => Object.keys(KINDS).map((kind) => ({ ...row, kind })));

const tried = sample(CASES, ROWS.length / 2, ({ kind }) => kind);

test.each(tried)('$at is $kind, with $args: nothing is touched', async (row) => {
  const { at, args = AGAIN, exitCode, says = at, kind } = row;
  const cwd = await project();
  const path = join(cwd, at);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  await KINDS[kind]?.(path);
  const before = wholeSnapshot(cwd);

  // In its own process, since a test that waits for a pipe could not be ended.
  const result = await (kind === A_PIPE ? runAsProcess : run)(args, { cwd });

  expect(result).toMatchObject({ exitCode, stderr: expect.stringContaining(says) });
  expect(wholeSnapshot(cwd)).toEqual(before);
});

describe('a tsconfig of the user', () => {
  const first = (cwd: string) => run(['--yes', '-c', 'db'], { cwd });

  async function existing(tsconfig: string | Buffer): Promise<string> {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{"name":"shop"}', 'src/a.ts': '' });
    writeFileSync(join(cwd, 'tsconfig.json'), tsconfig);
    return cwd;
  }

  const NODENEXT = '{ "compilerOptions": { "module": "nodenext" } }';

  test.each<[string, string | Buffer]>([
    ['null as outDir', '{ "compilerOptions": { "outDir": null } }'],
    ['null as rootDir', '{ "compilerOptions": { "outDir": "dist", "rootDir": null } }'],
    [
      'null in every place',
      '{ "compilerOptions": { "module": null, "outDir": "dist" }, "include": null, "exclude": null, "files": null, "extends": null, "references": null }',
    ],
    ['null as compilerOptions', '{ "compilerOptions": null }'],
    ['nothing at all', ''],
    ['comments and commas', '// mine\n{ "compilerOptions": { /* all */ "outDir": "dist", }, }\n'],
    ['brackets in a comment', `// ${'['.repeat(20_000)}\n${NODENEXT}`],
    ['a byte order mark', `\uFEFF${NODENEXT}`],
    ['UTF-16', Buffer.from(`\uFEFF${NODENEXT}`, 'utf16le')],
    ['an empty list of bases', '{ "extends": [] }'],
    ['a variable', '{ "compilerOptions": { "outDir": "$' + '{configDir}/dist" } }'],
  ])('with %s is read', async (_, tsconfig) => {
    const { exitCode, stderr } = await first(await existing(tsconfig));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.not.stringContaining('cannot be read'),
    });
  });

  test.each([
    ['decides the import endings', NODENEXT],
    ['is also read in UTF-16', Buffer.from(`\uFEFF${NODENEXT}`, 'utf16le')],
  ])('%s', async (_, tsconfig) => {
    const cwd = await existing(tsconfig);
    await first(cwd);
    expect(wholeSnapshot(cwd)['src/session/index.ts']).toContain("from './connection.js'");
  });

  test.each([
    ['a pipe', (path: string) => execaSync('mkfifo', [path])],
    ['a directory', (path: string) => mkdirSync(path)],
    ['nested too deeply', (path: string) => writeFileSync(path, '['.repeat(20_000))],
    ['a circle', (path: string) => writeFileSync(path, '{ "extends": "./base.json" }')],
  ])('that extends %s causes a message, and the run continues', async (_, make) => {
    const cwd = await existing('{ "extends": "./base.json" }');
    make(join(cwd, 'base.json'));
    expect(await first(cwd)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('tsconfig.json cannot be read'),
    });
  });
});

describe('JSON that is nested 20,000 deep', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

  test.each([
    ['package.json', `{ "name": "shop", "config": ${deep} }`, 'package.json is nested too deeply', 2],
    [
      `${STATE}/manifest.json`,
      `{ "schemaVersion": 2, "answers": { "ttl": ${deep} } }`,
      'nested too deeply',
      2,
    ],
    [`${STATE}/pending/journal.json`, `{ "run": ${deep} }`, 'pending/journal.json cannot be used', 2],
    ['tsconfig.json', `{ "compilerOptions": ${deep} }`, 'nested too deeply', 0],
    ['config.json', `{ "ttl": ${deep} }`, '--config: is nested too deeply', 2],
  ])('as %s ends with a message', async (path, text, says, exitCode) => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{}', [path]: text });
    const config = path === 'config.json' ? ['--config', path] : [];
    expect(await run(['--yes', '-c', 'db', ...config], { cwd })).toMatchObject({
      exitCode,
      stderr: expect.stringContaining(says),
    });
  });
});

describe('JSON with a long string whose end is missing', () => {
  const open = `"${'a long text, '.repeat(10)}`;

  test.each([
    ['package.json', `{\n"description": ${open},\n"private": true\n}`, 'package.json is not JSON', 2],
    [`${STATE}/manifest.json`, `{\n"generator": ${open}\n}`, 'it is not JSON', 2],
    ['tsconfig.json', `{\n"extends": ${open}\n}`, 'tsconfig.json cannot be read', 0],
    ['config.json', `{\n"url": ${open}\n}`, '--config: must be JSON', 2],
  ])('as %s ends with a message', async (path, text, says, exitCode) => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{}', 'src/a.ts': '', [path]: text });
    const config = path === 'config.json' ? ['--config', path] : [];
    expect(await run(['--yes', '-c', 'db', ...config], { cwd })).toMatchObject({
      exitCode,
      stderr: expect.stringContaining(says),
    });
  });
});

describe('--config', () => {
  test.each([
    ['a directory', (path: string) => mkdirSync(path), 'is a directory'],
    ['nothing', () => {}, 'there is no file answers.json'],
    [
      'a file that is too large',
      (path: string) => writeFileSync(path, ' '.repeat(1_000_001)),
      'is larger than',
    ],
  ])('%s ends with a message', async (_, make, says) => {
    const cwd = await temporaryFolder();
    make(join(cwd, 'answers.json'));
    expect(await run(['app', '--yes', '--config', 'answers.json'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`--config: ${says}`),
    });
  });

  test('waits for a pipe in a way that a signal ends', async () => {
    const cwd = await temporaryFolder();
    execaSync('mkfifo', [join(cwd, 'pipe')]);
    const ended = execa(process.execPath, [PROGRAM, 'app', '--yes', '--config', 'pipe'], {
      cwd,
      reject: false,
      timeout: 2_000,
    });
    expect(await ended).toMatchObject({ exitCode: 143 });
  });

  test('reads a pipe of the shell', async () => {
    const cwd = await temporaryFolder();
    const command = `"${process.execPath}" "${PROGRAM}" --yes --config <(sleep 0.2; echo '{"connection":"db"}')`;
    execaSync('bash', ['-c', command], { cwd });
    expect(wholeSnapshot(cwd)[`${STATE}/manifest.json`]).toContain('"connection": "db"');
  });
});
