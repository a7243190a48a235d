import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { isLink, namesInFolder, statIfThere } from '../files.ts';
import { onlyReadingSync, reading } from '../system-errors.ts';

/**
 * Absolute, with symbolic links resolved. The directory does not have to exist.
 *
 * @throws UserError for something that is not a directory (2), and for system errors (4)
 */
export function projectRoot(dir: string): string {
  const path = absolute(dir);
  return onlyReadingSync(path, () => realRoot(path));
}

/** @throws UserError if it is relative to a folder that is gone */
export function absolute(dir: string): string {
  try {
    return resolve(dir);
  } catch (cause) {
    throw new UserError('The current directory was removed; change to another one.', 2, { cause });
  }
}

function realRoot(dir: string): string {
  const stats = statIfThere(dir);
  if (stats && !stats.isDirectory()) throw new UserError(`${dir} is a file; name a directory.`);
  if (stats) return reading(dir, () => realpathSync.native(dir));
  if (isLink(dir)) throw new UserError(`${dir} is a symbolic link to nothing; name a directory.`);
  const parent = dirname(dir);
  return parent === dir ? dir : join(realRoot(parent), basename(dir));
}

/** Whether the folder contains anything other than a repository. */
export function isInUse(root: string): boolean {
  return onlyReadingSync(root, () => namesInFolder(root)).some((name) => name !== '.git');
}
