import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { type Collection, type Db, MongoClient, type ObjectId } from 'mongodb';
import { afterAll, inject, onTestFinished, vi } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { wantedPackage } from '../../src/core/patch/wanted-package.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { loadGenerated, type PackageVersions, PLAIN } from '../support/generated.ts';
import { toJavaScript } from '../support/javascript.ts';
import { withDatabase } from '../support/mongo/index.ts';
import { linkPackages } from '../support/packages.ts';
import { writeTree } from '../support/tree.ts';

const SCRIPT = 'scripts/migrate-sessions.ts';
/** The lines that start the script. Without them, a test can call `main` several times. */
const START = /^void main\(process\.argv\.slice\(2\)\)\.then\(.*?^}\);$/ms;

/** As after a change of --collection. */
export const COPIES = { project: { ...PLAIN.project, copiesSessions: true } } as const;

type Environment = Readonly<Record<string, string>>;

/** The result of a run, in this process or in its own. */
interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  /** Without progress lines. */
  readonly stderr: string;
  readonly progress: readonly string[];
}

type Migrate = (url: string, args?: readonly string[], env?: Environment) => Promise<Run>;

/** Calls the script of a project in this process. One run at a time. */
export async function loadMigration(
  change: Partial<Settings> = {},
  packages: PackageVersions = {},
): Promise<Migrate> {
  const settings: Settings = { ...PLAIN, ...change };
  const { folder } = await loadGenerated(settings, packages);
  const script = join(folder, ...settings.dir.split('/').map(() => '..'), SCRIPT);
  const text = readFileSync(script, 'utf8');
  if (!START.test(text)) throw new Error('The script starts in another way.');
  const callable = script.replace(/\.ts$/, '.callable.ts');
  // Written in one step, since another process may be loading the same file.
  const draft = `${callable}.${randomUUID()}`;
  writeFileSync(draft, text.replace(START, 'export { main };'));
  renameSync(draft, callable);
  const { main } = await import(pathToFileURL(callable).href);
  return async (url, args = [], env = {}) => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line) => void stdout.push(`${line}\n`));
    const error = vi.spyOn(console, 'error').mockImplementation((line) => void stderr.push(`${line}\n`));
    for (const [name, value] of Object.entries({ MONGODB_URL: url, ...env })) vi.stubEnv(name, value);
    try {
      return {
        exitCode: await main([...args]),
        stdout: stdout.join(''),
        stderr: withoutProgress(stderr.join('')),
        progress: progressIn(stderr.join('')),
      };
    } finally {
      log.mockRestore();
      error.mockRestore();
      vi.unstubAllEnvs();
    }
  };
}

/** Matches lines with the current step and its progress. */
const withoutProgress = (stderr: string): string => stderr.replaceAll(/^.*(?: …| so far)\n/gm, '');

const progressIn = (stderr: string): string[] => stderr.match(/^.*(?: …| so far)$/gm) ?? [];

/** A generated project, compiled, with its packages installed, for tests that need a process. */
export function makeProject(change: Partial<Settings> = {}) {
  const settings: Settings = { ...PLAIN, ...change };
  const folder = mkdtempSync(join(tmpdir(), 'migrate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const { dependencies } = wantedPackage(settings);
  const manifest = JSON.stringify({ type: 'module', dependencies });
  const sources = Object.fromEntries(renderFiles(settings, templates).map(({ path, text }) => [path, text]));
  writeTree(folder, { ...toJavaScript(sources), 'package.json': manifest });
  linkPackages(folder, manifest);
  /** Starts the script without a terminal, with only the given environment. */
  return (url: string, args: readonly string[] = [], env: Environment = {}) => {
    const running = execa(process.execPath, [SCRIPT.replace(/\.ts$/, '.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', MONGODB_URL: url, ...env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
    });
    const ended = running.then(({ exitCode, signal, stdout, stderr }) => {
      return { exitCode, signal, stdout, stderr: withoutProgress(stderr), progress: progressIn(stderr) };
    });
    return { ended, kill: (by: 'SIGKILL' | 'SIGINT' | 'SIGTERM' = 'SIGKILL') => running.kill(by) };
  };
}

/** The steps that the script announces, one line each. */
export function planOf({ stdout }: { readonly stdout: string }): string[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('  - ') ? [line.slice(4)] : []));
}

/** The same, with the name of an index instead of all its options. */
export function actionsOf(run: { readonly stdout: string }): string[] {
  return planOf(run).map((line) => line.replace(/ index \{.*"name":"([^"]+)".*$/, ' index $1'));
}

/** A database for this test, on the given server or the one that all tests share. */
export async function openDatabase(
  server: { url: string } = inject('mongo'),
): Promise<{ url: string; db: Db }> {
  const url = withDatabase(server.url, `migrate-${randomBytes(6).toString('hex')}`);
  const client = new MongoClient(url);
  onTestFinished(async () => {
    await client.db().dropDatabase();
    await client.close();
  });
  return { url, db: client.db() };
}

/** All documents of a collection. */
export interface Stored {
  readonly _id: string | ObjectId;
  readonly [field: string]: unknown;
}

export function sessionsOf(db: Db, name = 'sessions'): Collection<Stored> {
  return db.collection(name);
}

export function hash(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** In ms. */
export const DAY = 24 * 60 * 60 * 1000;
export const NOW = Date.now();

interface SessionOptions {
  /** In ms from now. */
  readonly updated?: number;
  /** In ms. */
  readonly lifetime?: number;
  readonly [field: string]: unknown;
}

/** A document as the store writes it. */
export function session(
  key: string,
  { updated = 0, lifetime = 14 * DAY, ...fields }: SessionOptions = {},
): Stored {
  const updatedAt = new Date(NOW + updated);
  return {
    _id: hash(key),
    data: '{"userId":7}',
    cookie: { _maxAge: lifetime, _expire: NOW + updated + lifetime },
    expiresAt: new Date(NOW + updated + lifetime + 10_000),
    createdAt: updatedAt,
    updatedAt,
    version: 1,
    ...fields,
  };
}
