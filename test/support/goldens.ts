import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, Settings } from '../../src/core/answers/settings.ts';
import { listPatches } from '../../src/core/patch/patches.ts';
import type { OnDisk } from '../../src/core/project/working-tree.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { mapPaths, readTree, type Tree, writeTree } from './tree.ts';

export interface Golden {
  readonly name: string;
  readonly settings: Settings;
  /** What the project holds before; nothing in a new one. */
  readonly before: Tree;
  /** The whole project as it should be afterwards. */
  readonly expected: Tree;
}

const FOLDER = join(import.meta.dirname, '..', 'golden');

/** A golden's own `.gitignore` goes by another name, for git would heed it here. */
const NAME_ON_DISK = { '.gitignore': 'gitignore' } as const;

/** One for each folder in test/golden. */
export const goldens: readonly Golden[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    settings: readSettings(join(FOLDER, name, 'settings.json')),
    before: readKept(join(FOLDER, name, 'before')),
    expected: readKept(join(FOLDER, name, 'expected')),
  }));

/** Makes a project the expected one. */
export function writeExpected(name: string, project: Tree): void {
  const folder = join(FOLDER, name, 'expected');
  rmSync(folder, { recursive: true, force: true });
  writeTree(
    folder,
    mapPaths(project, (path) => (path === '.gitignore' ? NAME_ON_DISK[path] : path)),
  );
}

function readKept(folder: string): Tree {
  return mapPaths(readTree(folder), (path) => (path === NAME_ON_DISK['.gitignore'] ? '.gitignore' : path));
}

/** Settings as JSON: what is left out is `undefined`. */
function readSettings(path: string): Settings {
  const none = { absoluteTtl: undefined, touchAfter: undefined, userKey: undefined };
  const settings = { ...none, ...JSON.parse(readFileSync(path, 'utf8')) };
  return { ...settings, connection: { login: undefined, ...settings.connection } };
}

/** The project after a first run, with keys that are no secret. */
export function wholeProject({ settings, before }: Pick<Golden, 'settings' | 'before'>): Tree {
  const files = new Map(
    Object.entries(before).map(([path, text]): [string, OnDisk] => [
      path,
      { kind: 'file', text, isReadOnly: false },
    ]),
  );
  const key = Buffer.alloc(32, 'not a secret').toString('base64url');
  const written = [...renderFiles(settings, templates), ...listPatches(settings, {}, { files }, () => key)];
  return { ...before, ...Object.fromEntries(written.map(({ path, text }) => [path, text])) };
}

/** The same, with the database of a test: the host style has the address in its code. */
export function projectAt({ settings, before }: Pick<Golden, 'settings' | 'before'>, url: string): Tree {
  return wholeProject({ settings: { ...settings, connection: moved(settings.connection, url) }, before });
}

function moved(connection: Connection, url: string): Connection {
  if (connection.style !== 'host') return connection;
  const { hostname, port, pathname } = new URL(url);
  return { ...connection, host: hostname, port: Number(port), database: pathname.slice(1) };
}
