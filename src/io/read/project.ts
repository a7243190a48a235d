import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { KEPT_FILES, type KeptFile } from '../../core/answers/options.ts';
import { UserError } from '../../core/errors.ts';
import { verifiedBase } from '../../core/project/base.ts';
import { plainObject } from '../../core/project/json.ts';
import {
  BACKUP_IGNORE,
  basePath,
  type FileRecord,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  STATE_DIR,
} from '../../core/project/manifest.ts';
import { JOURNAL, PENDING } from '../../core/project/state-folder.ts';
import type { OnDisk, Project, WorkingTree } from '../../core/project/working-tree.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import {
  isInside,
  isLink,
  type Locate,
  locator,
  lstatIfThere,
  PathError,
  pathIn,
  reading,
  statIfThere,
} from '../files.ts';
import { formatAll, type Unformatted } from './format.ts';
import { findById, findImporters } from './sources.ts';
import { readImportExtension } from './tsconfig.ts';

/** No generated file comes near; what does is not read into memory. */
const MAX_BYTES = 2_000_000;
const PACKAGE_JSON = 'package.json';

/** Paths that are patched in place: their text on disk is what a patch starts from. */
const PATCHED = [PACKAGE_JSON, '.gitignore', '.env', '.env.example'];

/**
 * Reads what the project says of itself. Nothing it holds is trusted.
 *
 * @param generator version of the running program
 * @throws UserError for a directory or a manifest that cannot be used
 */
export async function readProject(dir: string, generator: string): Promise<Project> {
  const root = await projectRoot(dir);
  if (isInterrupted(root)) throw new UserError(HALF_WAY, 4);
  const manifest = await readManifest(root, generator);
  const packageJson = await look(root, PACKAGE_JSON);
  const kind = manifest?.project ?? (packageJson.kind === 'absent' ? 'new' : 'existing');
  const isFirstRun = manifest === undefined;
  const { importExtension, warnings } = await readImportExtension(root, isFirstRun && kind === 'existing');
  return {
    root,
    kind,
    name: packageName(packageJson) ?? nameOf(root),
    importExtension,
    kept: keptIn(root, manifest),
    manifest,
    warnings,
  };
}

/** What no earlier run has written, and is there. */
function keptIn(root: string, manifest: Manifest | undefined): KeptFile[] {
  const written = new Set(manifest?.files.map(({ id }) => id));
  return Object.entries(KEPT_FILES)
    .filter(([id, names]) => !written.has(id) && names.some((name) => lstatIfThere(join(root, name))))
    .map(([id]) => id as KeptFile);
}

const HALF_WAY =
  'An earlier run was interrupted half-way. Run it again without --dry-run, --diff or --check: that repairs the project first.';

/** Reads every file that a plan for these rendered files may have to touch. */
export async function readWorkingTree(
  project: Project,
  rendered: readonly RenderedFile[],
): Promise<WorkingTree> {
  const { root, manifest } = project;
  const records = manifest?.files ?? [];
  const paths = new Set([
    ...rendered.flatMap(({ path }) => [path, basePath(path)]),
    ...records.flatMap(({ path, generatedPath }) => [path, basePath(generatedPath)]),
    ...PATCHED,
    BACKUP_IGNORE,
    MANIFEST_PATH,
  ]);
  const files = new Map<string, OnDisk>();
  const locate = locator(root);
  await Promise.all([...paths].map(async (path) => files.set(path, await look(root, path, locate))));
  refuseUnusableState(files);
  refuseShared(files, root, locate, new Set([...rendered.map(({ path }) => path), ...PATCHED]));
  const missing = records.filter(({ path }) => files.get(path)?.kind === 'absent');
  const moved = await findById(root, new Set(missing.map(({ id }) => id)));
  await Promise.all([...moved.values()].flat().map(async (path) => files.set(path, await look(root, path))));
  const wanted = new Set(rendered.map(({ id }) => id));
  const gone = records.filter(({ id }) => !wanted.has(id));
  const importers = await findImporters(
    root,
    new Set(gone.map(({ id, path }) => moved.get(id)?.[0] ?? path)),
  );
  const tree = { files, moved, importers, formatted: new Map() };
  return { ...tree, formatted: await formatAll(root, formattable(rendered, records, tree)) };
}

/** What the program keeps for itself is not the user's to put elsewhere. */
function refuseUnusableState(files: ReadonlyMap<string, OnDisk>): void {
  for (const [path, disk] of files) {
    if (disk.kind !== 'unusable' || !path.startsWith(`${STATE_DIR}/`)) continue;
    throw new UserError(`${path} ${disk.problem}. Nothing was written.`);
  }
}

/** Of two paths that lead to one file, each would be written with the text of the other. */
function refuseShared(
  files: Map<string, OnDisk>,
  root: string,
  locate: Locate,
  paths: ReadonlySet<string>,
): void {
  for (const path of paths) {
    if (files.get(path)?.kind !== 'file') continue;
    const real = pathIn(root, locate(path));
    if (real === path || !paths.has(real)) continue;
    files.set(path, unusable(`is a symbolic link to ${real}; make it a file of its own`));
  }
}

/** The new text and the base of each file, at the path where it lies. */
function formattable(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  tree: WorkingTree,
): Unformatted[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const ids = new Set([...byId.keys(), ...rendered.map(({ id }) => id)]);
  const next = new Map(rendered.map((file) => [file.id, file]));
  return [...ids].flatMap((id) => {
    const path = tree.moved.get(id)?.[0] ?? byId.get(id)?.path ?? next.get(id)?.path ?? '';
    const texts = [next.get(id)?.text, verifiedBase(byId.get(id), tree)];
    return texts.filter((text) => text !== undefined).map((text) => ({ path, text }));
  });
}

/** Whether a run was stopped half-way, so that the next one has to put its changes back first. */
const isInterrupted = (root: string): boolean => statIfThere(join(root, PENDING, JOURNAL)) !== undefined;

/**
 * Absolute, with symbolic links resolved. The directory need not be there yet.
 *
 * @throws UserError for what is no directory
 */
export const projectRoot = (dir: string): Promise<string> => realRoot(absolute(dir));

function absolute(dir: string): string {
  try {
    return resolve(dir);
  } catch (cause) {
    throw new UserError('The current directory was removed; change to another one.', 2, { cause });
  }
}

async function realRoot(dir: string): Promise<string> {
  const stats = statIfThere(dir);
  if (stats && !stats.isDirectory()) throw new UserError(`${dir} is a file; name a directory.`);
  if (stats) return reading(dir, realpath(dir));
  if (isLink(dir)) throw new UserError(`${dir} is a symbolic link to nothing; name a directory.`);
  const parent = dirname(dir);
  return parent === dir ? dir : join(await realRoot(parent), basename(dir));
}

async function readManifest(root: string, generator: string): Promise<Manifest | undefined> {
  const disk = await look(root, MANIFEST_PATH);
  if (disk.kind === 'absent') return undefined;
  if (disk.kind === 'unusable') throw new UserError(`${MANIFEST_PATH} ${disk.problem}. Nothing was written.`);
  return parseManifest(disk.text, generator);
}

/** What stands at a path, read with care: it may be a link, a directory, a device, huge, or no text at all. */
async function look(root: string, path: string, locate: Locate = locator(root)): Promise<OnDisk> {
  try {
    return await lookAt(root, locate(path));
  } catch (error) {
    if (error instanceof PathError) return unusable(error.problem);
    throw error;
  }
}

async function lookAt(root: string, real: string): Promise<OnDisk> {
  const stats = statIfThere(real);
  if (!stats) return lookBeyond(root, real);
  if (stats.isDirectory()) return unusable('is a directory, where a file is to be written');
  if (!stats.isFile()) return unusable('is no regular file');
  if (stats.size > MAX_BYTES) return unusable(`is larger than ${MAX_BYTES} bytes, too large to be compared`);
  return asText(await reading(real, readFile(real)), (stats.mode & 0o222) === 0);
}

/** Nothing is there, and below a file nothing can be. */
function lookBeyond(root: string, real: string): OnDisk {
  for (let at = dirname(real); isInside(root, at) && at !== root; at = dirname(at)) {
    const stats = statIfThere(at);
    if (stats?.isDirectory()) break;
    if (stats) return unusable(`cannot be written: ${pathIn(root, at)} is a file`);
  }
  return { kind: 'absent' };
}

function asText(content: Buffer, isReadOnly: boolean): OnDisk {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return { kind: 'file', text, isReadOnly };
  } catch {
    return unusable('is not UTF-8 text');
  }
}

function unusable(problem: string): OnDisk {
  return { kind: 'unusable', problem };
}

function packageName(packageJson: OnDisk): string | undefined {
  if (packageJson.kind !== 'file') return undefined;
  try {
    const name = plainObject(JSON.parse(packageJson.text.replace(/^\uFEFF/, '')))?.name;
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A name that npm takes, made from the directory's. */
function nameOf(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name || 'app';
}
