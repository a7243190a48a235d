import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { ENV_FILE, isOfOthers } from '../core/project/paths.ts';
import { isOfState, STATE_DIR } from '../core/project/state-folder.ts';
import { isFolder, statIfThere, within } from './files.ts';
import { PathError, reading, unlessAbsent } from './system-errors.ts';

/** Both paths absolute and without `..`. */
function isInside(root: string, path: string): boolean {
  const way = wayTo(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Relative to a folder, with `/`; both paths absolute and without `..`. */
export function pathIn(root: string, path: string): string {
  return wayTo(root, path).split(sep).join('/');
}

/** Like Node's `relative`, but fast for paths inside, which are nearly all: it is called several times per file. */
const wayTo = (root: string, path: string): string =>
  path.startsWith(`${root}${sep}`) ? path.slice(root.length + 1) : relative(root, path);

/** The location to which a path of the project leads. */
export interface Located {
  /** Absolute, with symbolic links resolved. */
  readonly real: string;
  /** Whether the path itself is a symbolic link, and not only a folder on the way. */
  readonly isLink: boolean;
  /** Undefined if nothing is there. */
  readonly stats: Stats | undefined;
  /** A file in the place of a required folder; relative to the project. */
  readonly blockedBy?: string;
}

export type Locate = (path: string) => Located;

/** A folder on the way to a file: existing, missing, or with a file in its place. */
interface Folder {
  readonly real: string;
  readonly isThere: boolean;
  readonly blockedBy?: string;
}

/**
 * Locates paths of a project. A symbolic link inside the project is followed, so that it stays a link. Each path is
 * checked once per reading or writing. If a folder is missing, so is everything in it.
 *
 * The function throws a PathError for a path that leads out of the project, or nowhere.
 */
export function locator(root: string): Locate {
  const folders = new Map<string, Folder>();
  const folderAt = (path: string): Folder => {
    const known = folders.get(path) ?? findFolder(path);
    folders.set(path, known);
    return known;
  };
  const findFolder = (path: string): Folder => {
    if (path === '.') return { real: root, isThere: isFolder(root) };
    const parent = folderAt(dirname(path));
    const real = within(parent.real, basename(path));
    if (!parent.isThere) return { ...parent, real };
    const { stats, ...place } = follow(
      real,
      path,
      `cannot be written: ${path} is a symbolic link to nothing`,
    );
    const isThere = stats?.isDirectory() ?? false;
    return { real: place.real, isThere, ...(stats && !isThere && { blockedBy: path }) };
  };
  const findPlace = (path: string): Located => {
    const { real: folder, isThere, blockedBy } = folderAt(dirname(path));
    const full = within(folder, basename(path));
    const place = isThere
      ? follow(full, path, 'is a symbolic link to nothing')
      : { real: full, isLink: false, stats: undefined, ...(blockedBy !== undefined && { blockedBy }) };
    // A plan does not write to it there.
    if (path !== ENV_FILE && !isInside(root, place.real))
      throw new PathError(path, 'leads out of the project through a symbolic link');
    refuseOthers(path, pathIn(root, place.real));
    return place;
  };
  const places = new Map<string, Located>();
  return (path) => {
    const place = places.get(path) ?? findPlace(path);
    places.set(path, place);
    return place;
  };
}

/** @param full absolute; all but the last of it resolved already */
function follow(full: string, path: string, dangling: string): Located {
  const stats = reading(path, () => unlessAbsent(() => lstatSync(full, { throwIfNoEntry: false })));
  if (!stats?.isSymbolicLink()) return { real: full, isLink: false, stats };
  const real = reading(path, () => unlessAbsent(() => realpathSync.native(full)));
  const followed = real === undefined ? undefined : statIfThere(real);
  if (real === undefined || followed === undefined) throw new PathError(path, dangling);
  return { real, isLink: true, stats: followed };
}

function refuseOthers(path: string, real: string): void {
  if (isOfState(path) && !isOfState(real))
    throw new PathError(path, `leads out of ${STATE_DIR}, to ${real}, through a symbolic link`);
  if (real === path || !isOfOthers(real)) return;
  throw new PathError(
    path,
    `leads to ${real} through a symbolic link, and that is not for this program to write`,
  );
}
