import { createHash } from 'node:crypto';
import { fsync, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../core/errors.ts';

/** Of its number: where Yarn stands between a program and its files, the handle itself cannot. */
const sync = promisify(fsync);

const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR'];

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Runs a file-system call to which "there is no such file" is an answer. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  return unless(call, ...ABSENT);
}

async function unless<T>(call: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** What may be wrong with a path that is no mistake of this program; worded to follow the path. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read: permission is missing',
  ELOOP: 'leads in a circle of symbolic links',
  ENAMETOOLONG: 'has a name that is too long',
};

/** A path that cannot be used, and is the user's to mend. */
export class PathError extends UserError {
  /** Worded to follow the path. */
  readonly problem: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path} ${problem}`, 2, options);
    this.problem = problem;
  }
}

function asPathError(path: string, error: unknown): unknown {
  const problem = PROBLEMS[errorCode(error) ?? ''];
  return problem === undefined ? error : new PathError(path, problem, { cause: error });
}

/**
 * Waits for what is read at a path.
 *
 * @throws PathError where it cannot be read
 */
export async function reading<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw asPathError(path, error);
  }
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/*
 * Many paths are asked about that are not there. Asked in turn, without an error for each, they cost a run a fraction
 * of what they cost side by side.
 */

/** Of what is there, a link followed. */
export function statIfThere(path: string): Stats | undefined {
  return ifThere(path, () => statSync(path, { throwIfNoEntry: false }));
}

/** Of what is there, a link itself. */
export function lstatIfThere(path: string): Stats | undefined {
  return ifThere(path, () => lstatSync(path, { throwIfNoEntry: false }));
}

export function isLink(path: string): boolean {
  return lstatIfThere(path)?.isSymbolicLink() ?? false;
}

/** The folder itself or, where it is still to be made, the nearest one around it. */
export function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  return parent === folder || statIfThere(folder)?.isDirectory() ? folder : nearestFolder(parent);
}

function realPathIfThere(path: string): string | undefined {
  return statIfThere(path) && ifThere(path, () => realpathSync.native(path));
}

function ifThere<T>(path: string, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (ABSENT.includes(errorCode(error) ?? '')) return undefined;
    throw asPathError(path, error);
  }
}

/** Relative to the project, with `/`. */
export function pathIn(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Finds out where paths of a project really lie. */
export type Locate = (path: string) => string;

/**
 * Locates paths of a project. A symbolic link inside the project is followed, so that it stays a link. Folders are
 * looked at once: for the time of one reading or one writing.
 *
 * The function throws a PathError for a path that leads out of the project, or nowhere.
 */
export function locator(root: string): Locate {
  const folders = new Map<string, string>();
  const realFolder = (folder: string): string => {
    const known = folders.get(folder) ?? findFolder(folder);
    folders.set(folder, known);
    return known;
  };
  const findFolder = (folder: string): string => {
    if (folder === root) return root;
    const real = realPathIfThere(folder);
    if (real !== undefined) return real;
    if (!isLink(folder)) return join(realFolder(dirname(folder)), basename(folder));
    const shown = pathIn(root, folder);
    throw new PathError(shown, `cannot be written: ${shown} is a symbolic link to nothing`);
  };
  return (path) => {
    const full = join(root, path);
    const real = isLink(full) ? realPathIfThere(full) : join(realFolder(dirname(full)), basename(full));
    if (real === undefined) throw new PathError(path, 'is a symbolic link to nothing');
    if (isInside(root, real)) return real;
    throw new PathError(path, 'leads out of the project through a symbolic link');
  };
}

/** Does the work for all, waits until all is done or has failed, and only then throws what went wrong first. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = await Promise.allSettled(items.map(work));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/**
 * Writes a file that was not there and waits until it is on the disk.
 *
 * @param mode exactly this one; without it, what the umask of the user leaves
 */
export async function writeNew(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await openNew(path, mode);
  try {
    if (mode !== undefined && ((await file.stat()).mode & 0o777) !== mode) await file.chmod(mode);
    await file.writeFile(content);
    await sync(file.fd);
  } finally {
    await file.close();
  }
}

async function openNew(path: string, mode?: number): Promise<FileHandle> {
  const file = await unlessAbsent(open(path, 'wx', mode));
  if (file) return file;
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'wx', mode);
}

/** Waits until the names in a directory are on the disk; not every system can. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await unless(open(path, 'r'), 'EISDIR', 'EPERM', 'EACCES', 'ENOENT');
  if (!directory) return;
  try {
    await unless(sync(directory.fd), 'EINVAL', 'EPERM', 'EISDIR');
  } finally {
    await directory.close();
  }
}

export async function removeFile(path: string): Promise<void> {
  await unlessAbsent(unlink(path));
}

/** Removes the directories that were left empty, from `folder` up to but without `root`. */
export async function pruneEmpty(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== root && isInside(root, at); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** SHA-256 of what is there; undefined for nothing; for something that is no file, a value no content has. */
export async function fingerprint(path: string): Promise<string | undefined> {
  const stats = lstatIfThere(path);
  if (!stats) return undefined;
  return stats.isFile() ? hashOf(await readFile(path)) : 'no regular file';
}

export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
