import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { HEAD_LENGTH, idInHeader } from '../../core/project/header.ts';
import {
  endOfAlias,
  importedNames,
  importsOf,
  leadsTo,
  moduleOf,
  modulesByImports,
  type Resolve,
  withoutEnding,
} from '../../core/project/imports.ts';
import { plainObject } from '../../core/project/json.ts';
import { add } from '../../core/project/lists.ts';
import { STATE_DIR } from '../../core/project/state-folder.ts';
import { READ_WITHOUT_WAITING, readUnseen } from '../files.ts';
import { errorCode, FORBIDDEN_CODES, PathError, unless } from '../system-errors.ts';
import type { PathAliases } from './aliases.ts';
import { packageJsonIn } from './package-json.ts';

/*
 * The source files of a project, including the user's own. They are searched only if a generated file is missing at its
 * path, or is no longer generated.
 */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);
/** A folder with one of these is another project, such as a package of a workspace or a worktree of this one. */
const OTHER_PROJECT = new Set([STATE_DIR, '.git']);
/** In `bin/`, also without an ending, such as the `bin/www` of koa-generator. */
const SOURCE = /(?:\.[cm]?[jt]sx?|(?:^|\/)bin\/[^/.]+)$/;
/** Without compiled files, which keep the comments of their source. */
const TYPESCRIPT = /(?<!\.d)\.[cm]?tsx?$/;
/** Larger than any hand-written source. */
const MAX_SOURCE_BYTES = 20_000_000;

export interface FoundById {
  /** Paths by id, including copies. */
  readonly moved: ReadonlyMap<string, readonly string[]>;
  /** Folders that cannot be read, so that files in them are not found. */
  readonly unsearched: readonly string[];
}

/** Finds files by the id at their beginning. */
export function findById(root: string, ids: ReadonlySet<string>): FoundById {
  const moved = new Map<string, string[]>();
  const unsearched: string[] = [];
  if (ids.size === 0) return { moved, unsearched };
  for (const path of sourceFiles(root, (folder) => unsearched.push(folder))) {
    if (!TYPESCRIPT.test(path)) continue;
    const id = idInHeader(firstBytes(join(root, path)));
    if (id !== undefined && ids.has(id)) add(moved, id, path);
  }
  return { moved, unsearched };
}

export interface Importers {
  /** Path of a module → its importers, and the links to it. */
  readonly importers: ReadonlyMap<string, readonly string[]>;
  /** Files and folders that cannot be read, so that their imports are not known. */
  readonly unread: readonly string[];
}

/** Which source files import these ones, or are links to them. */
export function findImporters(root: string, paths: ReadonlySet<string>, aliases: PathAliases): Importers {
  const importers = new Map<string, string[]>();
  const unread: string[] = [];
  if (paths.size === 0) return { importers, unread };
  const byModule = new Map([...paths].map((path) => [moduleOf(path), path]));
  const byPlace = new Map([...paths].map((path) => [placeOf(join(root, path)), path]));
  const { imports, resolve } = resolver(root, aliases);
  const words = new Set([
    ...[...paths].flatMap(wordsOfModule),
    ...Object.keys(imports).map((name) => name.split('*', 1).join()),
    ...aliases.prefixes,
  ]);
  for (const [path, entry] of sources(root, (folder) => unread.push(folder))) {
    if (entry.isSymbolicLink()) {
      const linked = byPlace.get(placeOf(join(root, path)));
      if (linked !== undefined && linked !== path) add(importers, linked, path);
    }
    if (!entry.isFile()) continue;
    const bytes = sourceAt(join(root, path));
    if (bytes === 'unread') unread.push(path);
    // Imports contain the name of the module, so a file without that name need not be parsed.
    if (typeof bytes !== 'object' || ![...words].some((word) => bytes.includes(word))) continue;
    const text = bytes.toString('utf8');
    const modules = new Set(importsOf(path, text));
    const targets = importedNames(text).flatMap(resolve);
    for (const [module, imported] of byModule) {
      if (modules.has(module) || leadsTo(targets, module)) add(importers, imported, path);
    }
  }
  return { importers, unread };
}

/** What the names that a project imports mean, by its package.json and its tsconfig. */
export function resolver(root: string, aliases: PathAliases): { imports: object; resolve: Resolve } {
  const imports = plainObject(packageJsonIn(root).imports) ?? {};
  const resolve = (name: string): string[] => {
    const byPackage = modulesByImports(name, imports);
    const isDefined = byPackage.length > 0 || isKnown(name, aliases);
    const end = isDefined ? undefined : endOfAlias(name);
    return [
      ...[...byPackage, ...aliases.modulesOf(name)].map((module) => `/${module}`),
      ...(end === undefined ? [] : [end]),
    ];
  };
  return { imports, resolve };
}

/** Whether the tsconfig defines a name. */
const isKnown = (name: string, { prefixes }: PathAliases): boolean =>
  prefixes.some((prefix) => prefix !== '' && name.startsWith(prefix));

/** Words of which each import of a module contains one: its name or, for `src/session/index.ts`, `session` or `index`. */
function wordsOfModule(path: string): string[] {
  const segments = path.split('/').map(withoutEnding);
  return segments.at(-1) === 'index' ? segments.slice(-2) : segments.slice(-1);
}

/**
 * Relative to the project, with `/`.
 *
 * @param onUnread called with each folder that cannot be read, such as `data/`
 */
export function* sourceFiles(root: string, onUnread?: (folder: string) => void): Generator<string> {
  for (const [path, entry] of sources(root, onUnread)) if (entry.isFile()) yield path;
}

/** Also symbolic links, and whatever has the name of a source file. */
function* sources(
  root: string,
  onUnread: (folder: string) => void = () => {},
): Generator<[path: string, Dirent]> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = entriesOf(join(root, folder), () => onUnread(`${folder}/`));
    if (folder !== '' && entries.some(({ name }) => OTHER_PROJECT.has(name))) continue;
    const within: string[] = [];
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (SOURCE.test(path) || entry.isSymbolicLink()) yield [path, entry];
      if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name)) within.push(path);
    }
    folders.push(...within.reverse());
  }
}

/** Also called for folders that were removed in the meantime. */
const UNREADABLE = [...FORBIDDEN_CODES, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'];

function entriesOf(folder: string, onForbidden: () => void): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (FORBIDDEN_CODES.includes(code)) onForbidden();
    if (UNREADABLE.includes(code)) return [];
    throw error;
  }
}

/** With symbolic links resolved, if it leads anywhere. */
const placeOf = (path: string): string => unless(UNREADABLE, () => realpathSync.native(path)) ?? path;

/** Undefined if the file was removed in the meantime. */
function sourceAt(path: string): Buffer | 'unread' | undefined {
  try {
    return readUnseen(path, path, MAX_SOURCE_BYTES)?.bytes;
  } catch (error) {
    if (error instanceof PathError) return 'unread';
    throw error;
  }
}

function firstBytes(path: string): string {
  const file = unless(UNREADABLE, () => openSync(path, READ_WITHOUT_WAITING));
  if (file === undefined) return '';
  try {
    const buffer = Buffer.allocUnsafe(HEAD_LENGTH);
    return buffer.toString('utf8', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
