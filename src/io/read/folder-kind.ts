import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Around, type FolderKind, isAsGoodAsEmpty } from '../../core/project/folder-kind.ts';
import { packagesOf } from '../../core/project/packages.ts';
import { MANIFEST_PATH } from '../../core/project/state-folder.ts';
import { isFile, statIfThere, within } from '../files.ts';
import { pathIn } from '../locate.ts';
import { onlyReadingSync } from '../system-errors.ts';
import { packageJsonIn } from './package-json.ts';
import { absolute } from './root.ts';
import { isNamed, isPackageOf, workspaceIn } from './workspace.ts';

/** The number of packages that are searched for Koa. */
const MAX_PACKAGES = 500;
const MAX_NAMED = 5;

/**
 * @param directory as the user wrote it, or would
 * @throws UserError (4) for system errors
 */
export function folderKindAt(directory: string): FolderKind {
  const folder = absolute(directory);
  return onlyReadingSync(folder, () => kindOfFolder(folder));
}

function kindOfFolder(folder: string): FolderKind {
  if (statIfThere(join(folder, MANIFEST_PATH))) return { kind: 'project', isWritten: true };
  if (!hasPackageJson(folder)) {
    if (isAsGoodAsEmpty(namesIfReadable(folder))) return { kind: 'empty' };
    return { kind: 'other', around: projectAround(folder) };
  }
  const { included, excluded } = workspaceIn(folder);
  if (hasKoa(folder)) return { kind: 'project', isWritten: false };
  const isWorkspace = included.length > 0;
  const packages = (isWorkspace ? included : ['*', 'packages/*'])
    .flatMap((pattern) => foldersNamedBy(folder, pattern))
    .filter((path) => !isNamed(excluded, path))
    .slice(0, MAX_PACKAGES)
    .filter((path) => hasKoa(join(folder, path)));
  if (packages.length === 0 && !isWorkspace) return { kind: 'project', isWritten: false };
  return { kind: 'workspace', packages: packages.slice(0, MAX_NAMED) };
}

/** The project around a folder that is not a project yet; undefined for a package of a workspace. */
export function projectAbove(directory: string): Around | undefined {
  const folder = absolute(directory);
  return onlyReadingSync(folder, () => {
    const path = kindOfFolder(folder).kind === 'project' ? undefined : projectAround(folder);
    if (path === undefined) return undefined;
    const workspace = workspaceIn(resolve(path));
    const isPackage = isPackageOf(workspace, pathIn(resolve(path), folder));
    const patterns = [...workspace.included, ...workspace.excluded.map((pattern) => `!${pattern}`)];
    return isPackage ? undefined : { path, patterns };
  });
}

function projectAround(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    // Nothing outside of its repository belongs to a folder.
    if (statIfThere(within(at, '.git'))) return undefined;
    if (hasPackageJson(dirname(at))) return pathIn(process.cwd(), dirname(at)) || '.';
  }
  return undefined;
}

const hasKoa = (folder: string): boolean => Object.hasOwn(packagesOf(packageJsonIn(folder)), 'koa');

const hasPackageJson = (folder: string): boolean => isFile(within(folder, 'package.json'));

/** A folder that does not exist or cannot be read counts as empty. */
function namesIfReadable(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** `packages/*` means the folders in `packages` that are not hidden, and so do deeper patterns. */
function foldersNamedBy(root: string, pattern: string): string[] {
  const [path = '', ...deeper] = pattern.replace(/^\.\//, '').replace(/\/$/, '').split(/\/?\*/);
  if (deeper.length === 0) return hasPackageJson(join(root, path)) ? [path] : [];
  return namesIfReadable(join(root, path))
    .filter((name) => !name.startsWith('.'))
    .map((name) => (path === '' ? name : `${path}/${name}`))
    .filter((each) => hasPackageJson(join(root, each)));
}
