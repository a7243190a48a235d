import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { plainObject } from '../../core/project/json.ts';
import { MANIFEST_PATH } from '../../core/project/manifest.ts';
import { packagesOf } from '../../core/project/packages.ts';
import { type Around, isAsGoodAsEmpty, type Place } from '../../core/project/place.ts';
import { readTextIfAny, statIfThere, within } from '../files.ts';
import { pathIn } from '../locate.ts';
import { onlyReadingSync } from '../system-errors.ts';
import { packageJsonIn } from './package-json.ts';

/** The number of packages that are searched for Koa. */
const MAX_PACKAGES = 500;
const MAX_NAMED = 5;

/**
 * @param directory as the user wrote it, or would
 * @throws UserError (4) for system errors
 */
export function placeAt(directory: string): Place {
  const folder = resolve(directory);
  return onlyReadingSync(folder, () => look(folder));
}

function look(folder: string): Place {
  if (statIfThere(join(folder, MANIFEST_PATH))) return { kind: 'project', isWritten: true };
  if (!hasPackageJson(folder)) {
    if (isAsGoodAsEmpty(namesIn(folder))) return { kind: 'empty' };
    return { kind: 'other', around: projectAround(folder) };
  }
  const { included, excluded } = workspaceIn(folder);
  if (included.length === 0 || hasKoa(folder)) return { kind: 'project', isWritten: false };
  const found = included.flatMap((pattern) => foldersOf(folder, pattern));
  const packages = found.filter((path) => !isNamed(excluded, path)).slice(0, MAX_PACKAGES);
  return {
    kind: 'workspace',
    packages: packages.filter((path) => hasKoa(join(folder, path))).slice(0, MAX_NAMED),
  };
}

/** The project around a folder that is not a project yet; undefined for a package of a workspace. */
export function projectAbove(directory: string): Around | undefined {
  const folder = resolve(directory);
  return onlyReadingSync(folder, () => {
    const path = look(folder).kind === 'project' ? undefined : projectAround(folder);
    if (path === undefined) return undefined;
    const workspace = workspaceIn(resolve(path));
    const isPackage = isPackageOf(workspace, pathIn(resolve(path), folder));
    const patterns = [...workspace.included, ...workspace.excluded.map((pattern) => `!${pattern}`)];
    return isPackage ? undefined : { path, patterns };
  });
}

/** Whether a pattern such as `packages/*` or `{apps,packages}/*` names a folder. */
function isNamedBy(pattern: string, folder: string): boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  const parts = plain.split(/(\*\*|\*|\{[^{}]*\})/).map((part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    const choices = /^\{(.*)\}$/.exec(part)?.[1]?.split(',');
    return choices ? `(?:${choices.map(literal).join('|')})` : literal(part);
  });
  return new RegExp(`^${parts.join('')}$`).test(folder);
}

const literal = (text: string): string => text.replace(/[.+*?^${}()|[\]\\]/g, '\\$&');

/** The top of the workspace of which a folder is a package, or would be; absolute. */
export function workspaceAround(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (statIfThere(within(at, '.git'))) return undefined;
    const top = dirname(at);
    if (isPackageOf(workspaceIn(top), pathIn(top, folder))) return top;
  }
  return undefined;
}

const hasPackageJson = (folder: string): boolean =>
  statIfThere(within(folder, 'package.json'))?.isFile() ?? false;

/** A folder that does not exist or cannot be read counts as empty. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
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

/** Patterns of folders, such as `packages/*`. */
interface Workspace {
  readonly included: readonly string[];
  /** Without the `!`. */
  readonly excluded: readonly string[];
}

const isNamed = (patterns: readonly string[], folder: string): boolean =>
  patterns.some((pattern) => isNamedBy(pattern, folder));

const isPackageOf = ({ included, excluded }: Workspace, folder: string): boolean =>
  isNamed(included, folder) && !isNamed(excluded, folder);

/** From package.json (npm, Yarn, Bun) and pnpm-workspace.yaml: only simple patterns. */
function workspaceIn(folder: string): Workspace {
  const { workspaces } = packageJsonIn(folder);
  const named = Array.isArray(workspaces) ? workspaces : plainObject(workspaces)?.packages;
  const all = [...(Array.isArray(named) ? named : []), ...pnpmPatterns(folder)];
  const patterns = all.filter((pattern) => typeof pattern === 'string');
  return {
    included: patterns.filter((pattern) => !pattern.startsWith('!')),
    excluded: patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
  };
}

/** The items of `packages:`, a list on separate lines or in brackets. */
function pnpmPatterns(folder: string): string[] {
  const text = readTextIfAny(within(folder, 'pnpm-workspace.yaml'));
  if (text === undefined) return [];
  const list = /^packages:[ \t]*\r?\n((?:[ \t]*(?:-.*|#.*)?\r?\n)*)/m.exec(`${text}\n`)?.[1] ?? '';
  const inBrackets = /^packages:[ \t]*\[([^\]]*)\]/m.exec(text)?.[1] ?? '';
  if (inBrackets !== '')
    return inBrackets.split(',').map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'));
  return [...list.matchAll(/^[ \t]*-[ \t]*(['"]?)(.+?)\1[ \t]*(?:#.*)?$/gm)].map(
    ([, , pattern = '']) => pattern,
  );
}

/** `packages/*` means the folders in `packages`, and so do deeper patterns. */
function foldersOf(root: string, pattern: string): string[] {
  const [path = '', ...deeper] = pattern.replace(/^\.\//, '').replace(/\/$/, '').split(/\/?\*/);
  if (deeper.length === 0) return hasPackageJson(join(root, path)) ? [path] : [];
  const within = namesIn(join(root, path)).map((name) => (path === '' ? name : `${path}/${name}`));
  return within.filter((each) => hasPackageJson(join(root, each)));
}
