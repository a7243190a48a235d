import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  mkdirSync,
  openSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isFolder } from './files.ts';
import { unless, unlessAbsent } from './system-errors.ts';

/** By descriptor, since Yarn's Plug'n'Play breaks `FileHandle.sync`. */
const waitForDisk = promisify(fsync);

/**
 * Writes a new file and waits until it is on the disk.
 *
 * @param mode exact mode; by default, the umask of the user applies
 */
export const writeNew = (path: string, content: string | Uint8Array, mode?: number): Promise<void> =>
  writeThen(waitForDisk, path, content, mode);

/** Like `writeNew`, but a power failure may leave the file empty. */
export const writeUnwaited: typeof writeNew = (path, content, mode) =>
  writeThen(() => {}, path, content, mode);

async function writeThen(
  wait: (file: number) => unknown,
  path: string,
  content: string | Uint8Array,
  mode: number | undefined,
): Promise<void> {
  const file = openNew(path, mode);
  try {
    if (mode !== undefined && (fstatSync(file).mode & 0o777) !== mode) fchmodSync(file, mode);
    writeFileSync(file, content);
    await wait(file);
  } catch (error) {
    // Errors of calls by descriptor do not contain the path.
    throw Object.assign(error as Error, { path });
  } finally {
    closeSync(file);
  }
}

/** Creates a file, and its folder if that is missing. */
export function openNew(path: string, mode?: number): number {
  const file = unlessAbsent(() => openSync(path, 'wx', mode));
  if (file !== undefined) return file;
  makeFolder(dirname(path));
  return openSync(path, 'wx', mode);
}

/** Creates a folder and its parents one by one, since Node's `recursive` reports a full disk as a missing folder. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have created it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

/** Waits until the entries of a directory are on the disk. Not every system supports that. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = unless(['EISDIR', 'EPERM', 'EACCES', 'ENOENT'], () => openSync(path, 'r'));
  if (directory === undefined) return;
  try {
    await waitForDisk(directory);
  } catch (error) {
    unless(['EINVAL', 'EPERM', 'EISDIR'], () => {
      throw Object.assign(error as Error, { path });
    });
  } finally {
    closeSync(directory);
  }
}

export function removeFile(path: string): void {
  unlessAbsent(() => unlinkSync(path));
}

/**
 * Removes folders that became empty, from one up to, but not including, a folder around it. A link to a folder does not
 * count as a folder, so that no broken link is left.
 */
export function removeEmpty(folder: string, end: string): void {
  for (let at = folder; at !== end; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}
