import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { idInHeader } from '../core/header.ts';
import type { FileRecord } from '../core/manifest.ts';

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);
const SOURCE = /\.[cm]?[jt]sx?$/;
const HEADER_BYTES = 200;
const MAX_ENTRIES = 50_000;

/** Where files now lie that are no longer where they were recorded, by the id in their first line; copies included. */
export async function findMoved(
  root: string,
  missing: readonly FileRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const sought = new Set(missing.map(({ id }) => id));
  if (sought.size === 0) return new Map();
  const found = new Map<string, string[]>();
  let seen = 0;
  for await (const path of sourceFiles(root)) {
    seen += 1;
    if (seen > MAX_ENTRIES) break;
    const id = idInHeader(await firstBytes(path));
    if (id === undefined || !sought.has(id)) continue;
    found.set(id, [...(found.get(id) ?? []), relative(root, path).split(sep).join('/')]);
  }
  return found;
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for (const entry of await readableEntries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isFile() && SOURCE.test(entry.name)) yield path;
    if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
      yield* sourceFiles(path);
  }
}

async function readableEntries(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
