import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { foldersFrom, within } from '../files.ts';

/**
 * From a folder up to the top of its repository. Only the folder itself outside of a repository, where a folder above
 * may be anything, and in a home folder that is one: it has settings, and belongs to no project in it.
 */
export function foldersOfRepository(folder: string): readonly string[] {
  const all = foldersFrom(folder);
  const found = all.slice(0, all.findIndex((at) => existsSync(within(at, '.git'))) + 1);
  return found.length === 0 || found.indexOf(homedir()) > 0 ? [folder] : found;
}
