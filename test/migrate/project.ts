import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Collection, type Db, MongoClient, type ObjectId } from 'mongodb';
import { afterAll, onTestFinished } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { wantedPackage } from '../../src/core/patch/wanted-package.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { type PackageVersions, PLAIN } from '../support/generated.ts';
import { withDatabase } from '../support/mongo/index.ts';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
export const TSX = join(MODULES, 'tsx', 'dist', 'loader.mjs');
export const SCRIPT = 'scripts/migrate-sessions.ts';

type Environment = Readonly<Record<string, string>>;

export type Project = ReturnType<typeof makeProject>;

/** A generated project with the packages that it names, and no others, for the tests of one file. */
export function makeProject(change: Partial<Settings> = {}, versions: PackageVersions = {}) {
  const settings: Settings = { ...PLAIN, ...change };
  const folder = mkdtempSync(join(tmpdir(), 'migrate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = { path: 'package.json', text: '{ "type": "module" }' };
  for (const { path, text } of [...renderFiles(settings, templates), manifest]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of Object.keys(wantedPackage(settings).dependencies)) {
    const at = join(folder, 'node_modules', name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(MODULES, versions[name] ?? name), at);
  }
  const env = { PATH: process.env.PATH ?? '' };
  return {
    folder,
    env,
    /** Starts the migration script, without a terminal, and with nothing else in its environment. */
    start: (url: string, args: readonly string[] = [], more: Environment = {}) =>
      execa(process.execPath, ['--import', TSX, SCRIPT, ...args], {
        cwd: folder,
        env: { ...env, MONGODB_URL: url, ...more },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      }),
  };
}

/** What the script says it will do, one line each. */
export function planOf({ stdout }: { stdout: string }): string[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('  - ') ? [line.slice(4)] : []));
}

let count = 0;

/** A database of the test's own on a server of the file's own. */
export async function openDatabase(server: { url: string }): Promise<{ url: string; db: Db }> {
  count += 1;
  const url = withDatabase(server.url, `migrate-${count}`);
  const client = new MongoClient(url);
  onTestFinished(() => client.close());
  return { url, db: client.db() };
}

/** Whatever a store keeps. */
export interface Stored {
  readonly _id: string | ObjectId;
  readonly [field: string]: unknown;
}

export function sessionsOf(db: Db): Collection<Stored> {
  return db.collection('sessions');
}

export function hash(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
