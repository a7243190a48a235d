import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, sep } from 'node:path';
import { PathError, reading, unlessAbsent } from './system-errors.ts';

/*
 * Files are checked, read and written synchronously: each call takes microseconds, and a round trip to the thread pool
 * several times as long. Only fsync, which waits for the disk, runs concurrently.
 */

/**
 * Like Node's `join` for an absolute folder without `..` and a name. A first run called `join` so often that V8 optimized
 * its code, which took longer than all of the calls.
 */
export const within = (folder: string, name: string): string =>
  folder.endsWith(sep) ? folder + name : folder + sep + name;

/** Follows a link. */
export function statIfThere(path: string): Stats | undefined {
  return reading(path, () => unlessAbsent(() => statSync(path, { throwIfNoEntry: false })));
}

export const isFile = (path: string): boolean => statIfThere(path)?.isFile() ?? false;

export const isFolder = (path: string): boolean => statIfThere(path)?.isDirectory() ?? false;

/** Does not follow a link. */
export function lstatIfThere(path: string): Stats | undefined {
  return reading(path, () => unlessAbsent(() => lstatSync(path, { throwIfNoEntry: false })));
}

export function isLink(path: string): boolean {
  return lstatIfThere(path)?.isSymbolicLink() ?? false;
}

/** The folder itself or, if it does not exist, the nearest existing parent folder. */
export function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  return parent === folder || isFolder(folder) ? folder : nearestFolder(parent);
}

/** The folder itself and those around it, from the inside out. */
export function foldersFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersFrom(parent)];
}

/** The contents of a folder; empty if there is none. */
export function namesInFolder(folder: string): string[] {
  return reading(folder, () => unlessAbsent(() => readdirSync(folder))) ?? [];
}

/** A description of something that is not a regular file. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isSymbolicLink() ? 'a symbolic link' : 'a device';
}

/** Far larger than any generated file or its saved state. */
export const MAX_BYTES = 2_000_000;

export interface Content {
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * The only function that reads files of the user: they must be regular, with at most `maxBytes`. Reading a pipe could
 * block forever, and no signal would end that.
 *
 * @param shown names the file in errors
 * @returns undefined if there is nothing
 * @throws PathError for anything that cannot be read as a file
 */
export function readRegular(path: string, shown = path, maxBytes = MAX_BYTES): Content | undefined {
  const stats = statIfThere(path);
  if (!stats) return undefined;
  refuseOdd(stats, shown, maxBytes);
  return readUnseen(path, shown, maxBytes);
}

/** Like `readRegular`, but without a check before opening, for entries that a folder lists as files. */
export function readUnseen(path: string, shown: string, maxBytes: number): Content | undefined {
  const file = reading(shown, () => unlessAbsent(() => openSync(path, READ_WITHOUT_WAITING)));
  if (file === undefined) return undefined;
  try {
    // The file may have been replaced between the check and the opening.
    const opened = fstatSync(file);
    refuseOdd(opened, shown, maxBytes);
    const bytes = readUpTo(file, opened.size, maxBytes + 1);
    if (bytes.length > maxBytes) throw tooLarge(shown, maxBytes);
    return { bytes, mode: opened.mode & 0o777 };
  } finally {
    closeSync(file);
  }
}

/** Opens a pipe without waiting for a writer. Windows has neither of these flags. */
export const READ_WITHOUT_WAITING =
  constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

function refuseOdd(stats: Stats, shown: string, maxBytes: number): void {
  if (!stats.isFile()) throw new PathError(shown, `is ${kindOf(stats)}, where a file is expected`);
  if (stats.size > maxBytes) throw tooLarge(shown, maxBytes);
}

const tooLarge = (shown: string, maxBytes: number): PathError =>
  new PathError(shown, `is larger than ${maxBytes} bytes, too large to be read`);

/** @param size reported size of the file; some files, such as those in /proc, report 0 and have more */
function readUpTo(file: number, size: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < maxBytes) {
    const wanted = length < size ? size - length + 1 : FURTHER_BYTES;
    const chunk = Buffer.allocUnsafe(Math.min(maxBytes - length, wanted));
    const read = readSync(file, chunk);
    chunks.push(chunk.subarray(0, read));
    length += read;
    if (read === 0 || (length === size && read < chunk.length)) break;
  }
  const [first = Buffer.alloc(0), ...more] = chunks;
  return more.length === 0 ? first : Buffer.concat(chunks);
}

/** Size of further reads if there is more than the reported size. */
const FURTHER_BYTES = 4096;

/** Like `readRegular`, decoded as text. */
export function readText(path: string, shown = path, maxBytes = MAX_BYTES): string | undefined {
  return readRegular(path, shown, maxBytes)?.bytes.toString('utf8');
}

/** An optional text: undefined if it cannot be read. */
export function readTextIfAny(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}
