import type { Dirent } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { idInHeader } from '../../core/project/header.ts';
import { importsOf, moduleOf } from '../../core/project/imports.ts';
import { STATE_DIR } from '../../core/project/manifest.ts';

/*
 * The source files of a project, its user's own ones included. They are looked for only when a generated file is not
 * where it was, or is no longer generated.
 */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);
/** What another project has, such as a package of a workspace, or another branch of this one: its files are its own. */
const OTHER_PROJECT = new Set([STATE_DIR, '.git']);
const SOURCE = /\.[cm]?[jt]sx?$/;
/** Not what a compiler makes of them, in which their first line is kept. */
const GENERATED = /(?<!\.d)\.[cm]?tsx?$/;
const HEADER_BYTES = 200;
const MAX_FILES = 50_000;

/** Where files with these ids lie, by the id in their first line; copies included. */
export async function findById(
  root: string,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (ids.size === 0) return found;
  for await (const path of sourceFiles(root)) {
    if (!GENERATED.test(path)) continue;
    const id = idInHeader(await firstBytes(join(root, path)));
    if (id !== undefined && ids.has(id)) add(found, id, path);
  }
  return found;
}

/** Which source files import these ones. */
export async function findImporters(
  root: string,
  paths: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (paths.size === 0) return found;
  const byModule = new Map([...paths].map((path) => [moduleOf(path), path]));
  for await (const path of sourceFiles(root)) {
    const text = await readFile(join(root, path), 'utf8').catch(() => '');
    for (const module of new Set(importsOf(path, text))) {
      const imported = byModule.get(module);
      if (imported !== undefined) add(found, imported, path);
    }
  }
  return found;
}

function add(found: Map<string, string[]>, key: string, path: string): void {
  found.set(key, [...(found.get(key) ?? []), path]);
}

/** Relative to the project, with `/`. */
export async function* sourceFiles(root: string): AsyncGenerator<string> {
  let seen = 0;
  for await (const path of walk(root, await entriesOf(root))) {
    seen += 1;
    if (seen > MAX_FILES) return;
    yield relative(root, path).split(sep).join('/');
  }
}

async function* walk(folder: string, entries: readonly Dirent[]): AsyncGenerator<string> {
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile() && SOURCE.test(entry.name)) yield path;
    if (!entry.isDirectory() || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const within = await entriesOf(path);
    if (!within.some(({ name }) => OTHER_PROJECT.has(name))) yield* walk(path, within);
  }
}

/** What cannot be read holds nothing that could be found. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
