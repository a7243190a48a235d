import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { runIn, startApp } from '../support/app.ts';
import { diffTrees } from '../support/diff-trees.ts';
import { Browser } from '../support/http.ts';
import { programsOf } from '../support/managers/managers.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { linkPackages } from '../support/packages.ts';
import { rememberedIn, run, temporaryFolder } from '../support/program.ts';
import { sample } from '../support/sampling.ts';
import { mapPaths, readTree, type Tree, writeTree } from '../support/tree.ts';

/*
 * Typical projects, one per folder: `before/` has the files, `case.json` says what kind it is, how the program is run
 * there, and how the project builds and starts. `npx vitest run test/projects --update` writes the output and the
 * changes: a diff of existing files, and the names of new ones.
 */

interface Case {
  readonly name: string;
  readonly what: string;
  readonly args: readonly string[];
  /** Of a second run, as the first one advises: its text occurs in what that printed. */
  readonly again?: readonly string[];
  /** If it is not 0. */
  readonly exitCode?: number;
  /** Edits that the user then makes, as the output says: replaced texts of a file, or a new file. */
  readonly follow?: Readonly<Record<string, readonly (readonly [string, string])[] | string>>;
  /** Whether it starts as on a server, where .env is not there. */
  readonly withoutEnv?: true;
  /** Values that the user sets in .env. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder that is written to, if it is not the top folder. */
  readonly in?: string;
  /** Scripts of its package.json: one builds, one starts a server that counts views. */
  readonly build?: string;
  readonly start?: string;
  /** The runtime, if it is not Node. */
  readonly runtime?: 'bun';
  /** Packages that are installed under other names. */
  readonly packages?: Readonly<Record<string, string>>;
  /** The package of the compiler that is used for the build. */
  readonly compiler?: string;
}

const FOLDER = import.meta.dirname;

const cases: readonly Case[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ ...JSON.parse(readFileSync(join(FOLDER, name, 'case.json'), 'utf8')), name }));

/** Stored under another name, since git would apply a .gitignore here. */
const before = ({ name }: Case): Tree =>
  mapPaths(readTree(join(FOLDER, name, 'before')), (path) =>
    path.replace(/(^|\/)gitignore$/, '$1.gitignore'),
  );

/** Runs the program in the project, with the flags of the case. */
async function generate(given: Case) {
  const folder = writeTree(await temporaryFolder(), before(given));
  const first = await run(given.args, { cwd: folder });
  if (given.again === undefined) return { folder, ...first };
  expect(`${first.stdout}${first.stderr}`).toContain(given.again.join(' '));
  const second = await run(given.again, { cwd: folder });
  const stdout = `${first.stdout}\n$ create-koa-mongo-session ${given.again.join(' ')}\n\n${second.stdout}`;
  return { folder, ...second, stdout, stderr: `${first.stderr}${second.stderr}` };
}

const isUpdate = () => expect.getState().snapshotState.snapshotUpdateState === 'all';

function expectText(given: Case, file: string, text: string): void {
  const path = join(FOLDER, given.name, file);
  if (isUpdate()) writeFileSync(path, text);
  else expect(text).toBe(readFileSync(path, 'utf8'));
}

/** The goldens test which files are in these folders. */
const folderOnly = (path: string): string => path.replace(/((?:^|[\s/])(?:session|scripts)\/).*/, '$1…');

/** The output, without the number of files. */
function shownIn(printed: string, folder: string): string {
  const lines = printed
    .replaceAll(folder, '<project>')
    .replaceAll('\r', '')
    .split('\n')
    .map((line) =>
      line.startsWith('+ created') ? folderOnly(line) : line.replace(/\d+ created/, 'N created'),
    );
  return lines.filter((line, at) => !line.endsWith('…') || lines.indexOf(line) === at).join('\n');
}

/** Lists the names of new files, outside of the state folder, and hides random secrets. */
function differenceOf(given: Case, folder: string): string {
  const all = Object.entries(readTree(folder)).filter(([path]) => !path.includes('.koa-mongo-session/'));
  const old = before(given);
  const isOld = ([path]: readonly [string, string]) => Object.hasOwn(old, path);
  const kept = Object.fromEntries(all.filter(isOld));
  const names = new Set(all.filter((entry) => !isOld(entry)).map(([path]) => folderOnly(path)));
  const added = [...names].map((path) => `Only in after: ${path}\n`);
  return (
    diffTrees({ name: 'before', project: old }, { name: 'after', project: kept }) + added.sort().join('')
  );
}

test.each(cases)('$name: the output and the files are right for $what', async (given) => {
  const { folder, exitCode, stdout, stderr } = await generate(given);
  expect({ exitCode, stderr }).toEqual({ exitCode: given.exitCode ?? 0, stderr: expect.any(String) });
  expectText(given, 'printed.txt', shownIn(`${stdout}${stderr}`, folder));
  expectText(given, 'after.diff', differenceOf(given, folder).replaceAll('\r', ''));
});

const database = useDatabase();

describe('afterwards', () => {
  const runnable = cases.filter(({ build, start }) => build !== undefined || start !== undefined);
  test.each(sample(runnable, 1))('$name builds and keeps sessions', async (given) => {
    const top = (await generate(given)).folder;
    const folder = join(top, given.in ?? '.');
    follow(folder, given.follow);
    const { 'package.json': packageJson = '{}', '.env': env = '' } = readTree(folder);
    const typescript = given.compiler === undefined ? {} : { typescript: given.compiler };
    linkPackages(folder, packageJson, { ...given.packages, ...typescript }, given.compiler);
    const { scripts } = JSON.parse(packageJson);
    if (given.build !== undefined) {
      const { all, exitCode } = await runIn(folder, ['sh', '-c', scripts[given.build]], {});
      expect({ all, exitCode }).toEqual({ all: '', exitCode: 0 });
    }
    const path = await pathFor(given);
    if (given.start === undefined || path === undefined) return;
    const secrets = { ...parseEnv(env), ...given.env, MONGODB_URL: database.url, PATH: path };
    if (given.withoutEnv) rmSync(join(folder, '.env'));
    const stored = await sessionsOf(folder);
    const app = await startApp(folder, ['sh', '-c', `exec ${scripts[given.start]}`], secrets);
    const browser = new Browser(app.origin);
    await browser.get('/');
    expect((await browser.get('/')).text).toMatch(/views: 2/i);
    expect(await sessionsOf(folder)).toBe(stored + 1);
  });
});

function follow(folder: string, edits: Case['follow'] = {}): void {
  const old = readTree(folder);
  const done = Object.entries(edits).map(([path, edit]) => [path, edited(path, old[path] ?? '', edit)]);
  writeTree(folder, Object.fromEntries(done));
}

function edited(path: string, text: string, edit: readonly (readonly [string, string])[] | string): string {
  if (typeof edit === 'string') return edit;
  return edit.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`${path} has no ${from}`);
    return before.replace(from, to);
  }, text);
}

/** The PATH for the runtime; undefined if it is not available. */
async function pathFor({ runtime }: Case): Promise<string | undefined> {
  const path = process.env.PATH ?? '';
  if (runtime === undefined) return path;
  const programs = await programsOf(runtime, join(await temporaryFolder(), 'bin'));
  return programs && `${programs}:${path}`;
}

async function sessionsOf(folder: string): Promise<number> {
  const { collection } = await rememberedIn(folder);
  const client = new MongoClient(database.url);
  try {
    return await client.db().collection(String(collection)).countDocuments();
  } finally {
    await client.close();
  }
}
