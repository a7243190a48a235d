import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KEPT_FILES, type KeptFile, type Language, type ModuleKind } from '../../core/answers/options.ts';
import { UserError } from '../../core/errors.ts';
import { besideSiblings } from '../../core/plan/file.ts';
import { followMoves } from '../../core/plan/follow.ts';
import { hasBabel } from '../../core/project/babel.ts';
import { verifiedBase } from '../../core/project/base.ts';
import { catalogsInYaml, withoutCatalogs } from '../../core/project/catalogs.ts';
import { endingIn } from '../../core/project/imports.ts';
import { plainObject } from '../../core/project/json.ts';
import {
  BACKUP_IGNORE,
  basePath,
  EXPLANATIONS,
  type FileRecord,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  STATE_DIR,
} from '../../core/project/manifest.ts';
import { packagesOf, textsIn } from '../../core/project/packages.ts';
import type { Command } from '../../core/project/running-app.ts';
import { NO_USES } from '../../core/project/session-uses.ts';
import { startScripts } from '../../core/project/start-scripts.ts';
import { JOURNAL, PENDING } from '../../core/project/state-folder.ts';
import type { OnDisk, Project, WorkingTree } from '../../core/project/working-tree.ts';
import { type RenderedFile, sessionIn } from '../../core/render/rendered-file.ts';
import {
  isLink,
  kindOf,
  lstatIfThere,
  MAX_BYTES,
  namesIn,
  readRegular,
  statIfThere,
  within,
} from '../files.ts';
import { type Locate, locator, type Place, pathIn } from '../locate.ts';
import { onlyReading, onlyReadingSync, PathError, reading } from '../system-errors.ts';
import { formatAll, type Unformatted } from './format.ts';
import { readKoaSources } from './koa-sources.ts';
import { type Fields, fieldsOf, packageJsonIn, readTextIfAny } from './package-json.ts';
import { workspaceAround } from './place.ts';
import { findById, findImporters, NO_ALIASES } from './sources.ts';
import { readAliases, readBuild } from './tsconfig.ts';

const PACKAGE_JSON = 'package.json';

/** Paths that are patched in place: their text on disk is what a patch starts from. */
const PATCHED = [PACKAGE_JSON, '.gitignore', '.env', '.env.example'];

/**
 * Reads what is known about the project. Nothing in it is trusted.
 *
 * @param generator version of the running program
 * @throws UserError for a directory or a manifest that cannot be used
 */
export async function readProject(dir: string, generator: string): Promise<Project> {
  const root = projectRoot(dir);
  return onlyReading(root, () => readIn(root, generator));
}

async function readIn(root: string, generator: string): Promise<Project> {
  if (isInterrupted(root)) throw new UserError(HALF_WAY, 4);
  const locate = locator(root);
  const manifest = readManifest(root, generator, locate);
  const packageJson = look(root, PACKAGE_JSON, locate);
  if (packageJson.kind === 'unusable' && packageJson.isHidden)
    throw new UserError(`${PACKAGE_JSON} ${packageJson.problem}. Nothing was written.`);
  const fields = fieldsOf(packageJson.kind === 'file' ? packageJson.text : '');
  const packages = packagesOf(fields);
  const kind = manifest?.project ?? (packageJson.kind === 'absent' ? 'new' : 'existing');
  const dir = manifest?.answers.dir;
  const collection = manifest?.answers.collection;
  const workspace = workspaceAround(root) ?? root;
  const inherited = workspace === root ? {} : toolsIn(workspace);
  const scripts = textsIn(fields.scripts);
  const base = baseOf('session', root, manifest, locate);
  const hasOwnApp = kind === 'existing' || manifest?.answers.app === false;
  const modules = modulesOf(kind, fields);
  const commands = commandsIn(scripts, fields.main);
  const { unsearched, ...sources } = hasOwnApp
    ? await readKoaSources(root, { commands, modules })
    : NO_SOURCES;
  const app = sources.koaSources.find((source) => source.app !== undefined)?.path;
  const isTypeScript = /\.[cm]?tsx?$/.test(app ?? '');
  const { isCheckedOnly, ...build } = await readBuild(
    root,
    {
      dir: typeof dir === 'string' ? dir : undefined,
      app,
      top: isTypeScript ? workspace : root,
      scripts: Object.values(scripts),
      isBabel: hasBabel(packages),
      modules,
    },
    endingIn(base),
  );
  return {
    root,
    kind,
    name: packageName(fields) ?? nameOf(root),
    kept: keptIn(root, manifest),
    packages: withVersions({ ...inherited, ...packages }, workspace),
    inherited: Object.keys(inherited),
    scripts,
    language: isCheckedOnly
      ? 'javascript-in-editor'
      : languageOf(root, kind === 'new' || isTypeScript, app, packages),
    modules,
    hadSamples: HAS_SAMPLES.test(base),
    collectionBefore: typeof collection === 'string' ? collection : undefined,
    couldCopy: baseOf('migrate', root, manifest, locate).includes('--from <collection>'),
    ...sources,
    manifest,
    ...build,
    warnings: [...build.warnings, ...(manifest ? [] : searchWarnings(sources, unsearched))],
  };
}

/** `start` first, then "main", which `.` means, and the other scripts that start something. */
function commandsIn(scripts: Readonly<Record<string, string>>, main: unknown): Command[] {
  const entry = typeof main === 'string' ? main : 'index';
  const starting = new Set(startScripts(scripts).map(([name]) => name));
  const all = Object.entries({ start: '', main: entry, ...scripts }).map(([name, command]) => ({
    name,
    command: command.replace(/(?<=\s)\.\/?(?=\s|$)/, entry),
    isStart: name === 'main' || starting.has(name),
  }));
  return all.toSorted((one, other) => Number(other.isStart) - Number(one.isStart));
}

const NO_SOURCES = {
  koaSources: [],
  sessionUses: NO_USES,
  databases: [],
  connections: [],
  loadsEnv: false,
  startedBy: { scripts: [], isCompiled: false },
  unsearched: [],
};

/** Matters only if the app was found nowhere else. */
function searchWarnings(
  { koaSources }: Pick<Project, 'koaSources'>,
  unsearched: readonly string[],
): string[] {
  if (unsearched.length === 0 || koaSources.some(({ app }) => app !== undefined)) return [];
  return [`${unsearched.join(' and ')} cannot be read, so your Koa app was not looked for there.`];
}

/** A file as last generated; empty if it was not. */
function baseOf(file: string, root: string, manifest: Manifest | undefined, locate: Locate): string {
  const record = manifest?.files.find(({ id }) => id === file);
  const base = record && look(root, basePath(record.generatedPath), locate);
  return base?.kind === 'file' ? base.text : '';
}

const HAS_SAMPLES = /interface SessionData \{[^}]*\bviews\?: number;/;

/** The files that exist and that no earlier run has written. */
function keptIn(root: string, manifest: Manifest | undefined): KeptFile[] {
  const written = new Set(manifest?.files.map(({ id }) => id));
  return Object.entries(KEPT_FILES)
    .filter(([id, names]) => !written.has(id) && names.some((name) => lstatIfThere(within(root, name))))
    .map(([id]) => id as KeptFile);
}

const HALF_WAY =
  'An earlier run was interrupted half-way. Run it again without --dry-run, --diff or --check: that repairs the project first.';

/** Reads every file that a plan for these rendered files may have to touch. */
export async function readWorkingTree(
  project: Project,
  rendered: readonly RenderedFile[],
): Promise<WorkingTree> {
  return onlyReading(project.root, () => readTree(project, rendered));
}

/** Of a folder that does not exist yet. */
const NO_FILES: WorkingTree = {
  files: new Map(),
  moved: new Map(),
  importers: new Map(),
  unsearched: [],
  unread: [],
  formatted: new Map(),
};

async function readTree(project: Project, rendered: readonly RenderedFile[]): Promise<WorkingTree> {
  const { root, manifest } = project;
  const records = manifest?.files ?? [];
  if (!statIfThere(root)) {
    return { ...NO_FILES, formatted: await formatAll(root, formattable(rendered, records, NO_FILES)) };
  }
  const paths = new Set([
    ...rendered.flatMap(({ path }) => [path, basePath(path)]),
    ...records.flatMap(({ path, generatedPath }) => [path, basePath(generatedPath)]),
    ...PATCHED,
    ...project.koaSources.map(({ path }) => path),
    BACKUP_IGNORE,
    MANIFEST_PATH,
    ...EXPLANATIONS.map(([path]) => path),
  ]);
  const files = new Map<string, OnDisk>();
  const locate = locator(root);
  for (const path of paths) files.set(path, look(root, path, locate));
  refuseShared(files, root, locate);
  tellSpellings(files, root, locate, respelled(rendered, records));
  refuseUnusableState(files);
  const wanted = new Set(rendered.map(({ id }) => id));
  const missing = records.filter(
    ({ id, path, state }) => files.get(path)?.kind === 'absent' && (wanted.has(id) || state === 'written'),
  );
  const found = findById(root, new Set(missing.map(({ id }) => id)));
  const { unsearched } = found;
  const moved = new Map([...found.moved, ...besideSiblings(rendered, records, { files, ...found })]);
  for (const path of [...moved.values()].flat()) files.set(path, look(root, path, locate));
  refuseShared(files, root, locate);
  const gone = records.filter(
    ({ id, path }) => !wanted.has(id) && (moved.has(id) || files.get(path)?.kind !== 'absent'),
  );
  const left = new Set([
    ...gone.map(({ id, path }) => moved.get(id)?.[0] ?? path),
    ...leaving(rendered, records),
    ...(endingIn(baseOf('session', root, manifest, locate)) === endingIn(sessionIn(rendered))
      ? []
      : records.map(({ id, path }) => moved.get(id)?.[0] ?? path)),
  ]);
  const [first] = left;
  const aliases = first === undefined ? NO_ALIASES : await readAliases(root, dirname(first));
  const importing = findImporters(root, left, aliases);
  for (const path of [...importing.importers.values()].flat())
    if (!files.has(path)) files.set(path, look(root, path, locate));
  const tree = { files, moved, unsearched, ...importing, formatted: new Map() };
  return { ...tree, formatted: await formatAll(root, formattable(rendered, records, tree)) };
}

/** The current paths of files that an option moves. */
function leaving(rendered: readonly RenderedFile[], records: readonly FileRecord[]): string[] {
  const next = new Map(rendered.map(({ id, path }) => [id, path]));
  return records
    .filter(({ id, path, generatedPath }) => path === generatedPath && (next.get(id) ?? path) !== path)
    .map(({ path }) => path);
}

/** The user cannot move the program's own state. */
function refuseUnusableState(files: ReadonlyMap<string, OnDisk>): void {
  for (const [path, disk] of files) {
    if (disk.kind !== 'unusable' || !path.startsWith(`${STATE_DIR}/`)) continue;
    throw new UserError(`${path} ${disk.problem}. Nothing was written.`);
  }
}

/** Two paths that lead to one file would overwrite each other. */
function refuseShared(files: Map<string, OnDisk>, root: string, locate: Locate): void {
  const pathsTo = new Map<string, string[]>();
  for (const [path, disk] of files) {
    if (disk.kind === 'unusable') continue;
    const real = pathIn(root, locate(path).real);
    pathsTo.set(real, [...(pathsTo.get(real) ?? []), path]);
  }
  for (const [real, paths] of pathsTo) {
    const owner = paths.includes(real) ? real : paths[0];
    for (const path of paths) {
      if (path === owner) continue;
      const how = locate(path).isLink ? 'is a symbolic link' : 'leads through a symbolic link';
      const as = owner === real ? 'itself' : `as ${owner}`;
      files.set(path, unusable(`${how} to ${real}, which is written ${as}; make it a file of its own`));
    }
  }
}

/** Whether a file system that ignores case or Unicode form treats two paths as equal. */
interface Respelled {
  readonly from: string;
  readonly to: string;
}

/** The current and the future paths of a file and its base, if only the spelling differs. */
function respelled(rendered: readonly RenderedFile[], records: readonly FileRecord[]): Respelled[] {
  const paths = new Map(rendered.map(({ id, path }) => [id, path]));
  return records.flatMap((record) => {
    const to = paths.get(record.id) ?? record.path;
    const pairs = [
      { from: record.path, to },
      { from: basePath(record.generatedPath), to: basePath(to) },
    ];
    return pairs.filter((pair) => pair.from !== pair.to && folded(pair.from) === folded(pair.to));
  });
}

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Such a file system finds one file under both names. The name in the listing of its folder is the real one. */
function tellSpellings(
  files: Map<string, OnDisk>,
  root: string,
  locate: Locate,
  pairs: readonly Respelled[],
): void {
  for (const { from, to } of pairs) {
    const [old, next] = [files.get(from), files.get(to)];
    if (old?.kind !== 'file' || next?.kind !== 'file' || !isOneFile(locate(from), locate(to))) continue;
    if (isListed(root, from) && isListed(root, to)) continue;
    if (from.startsWith(`${STATE_DIR}/`)) files.set(from, { ...old, isOtherSpelling: true });
    else if (isListed(root, to)) files.set(from, { kind: 'absent' });
    else files.set(to, unusable(sameFile(from, to)));
  }
}

const isOneFile = ({ stats: left }: Place, { stats: right }: Place): boolean =>
  left !== undefined && left.dev === right?.dev && left.ino === right.ino;

/** Whether each folder on the way lists the next name with exactly this spelling. */
function isListed(root: string, path: string): boolean {
  const names = path.split('/');
  return names.every((name, at) =>
    namesIn(join(root, ...names.slice(0, at))).some(
      (each) => each.normalize('NFC') === name.normalize('NFC'),
    ),
  );
}

function sameFile(from: string, to: string): string {
  const [old, next] = [from.split('/'), to.split('/')];
  const end = old.findIndex((name, at) => name !== next[at]) + 1;
  const [was, becomes] = [old, next].map((names) => names.slice(0, end).join('/'));
  return `is the same file, since this file system treats the two names as one; rename ${was} to ${becomes}, also below ${STATE_DIR}/base, then run again`;
}

/** The new text and the base of each file, at its current path. */
function formattable(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  tree: WorkingTree,
): Unformatted[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const ids = new Set([...byId.keys(), ...rendered.map(({ id }) => id)]);
  const next = new Map(followMoves(rendered, records, tree).map((file) => [file.id, file]));
  return [...ids].flatMap((id) => {
    const path = tree.moved.get(id)?.[0] ?? byId.get(id)?.path ?? next.get(id)?.path ?? '';
    const texts = [next.get(id)?.text, verifiedBase(byId.get(id), tree), next.get(id)?.movedBase];
    return texts.filter((text) => text !== undefined).map((text) => ({ path, text }));
  });
}

/** Whether a run was interrupted, so that the next one has to undo its changes first. */
export const isInterrupted = (root: string): boolean =>
  statIfThere(join(root, PENDING, JOURNAL)) !== undefined;

/**
 * Absolute, with symbolic links resolved. The directory does not have to exist.
 *
 * @throws UserError for something that is not a directory (2), and for system errors (4)
 */
export function projectRoot(dir: string): string {
  const path = absolute(dir);
  return onlyReadingSync(path, () => realRoot(path));
}

function absolute(dir: string): string {
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

function readManifest(root: string, generator: string, locate: Locate): Manifest | undefined {
  const disk = look(root, MANIFEST_PATH, locate);
  if (disk.kind === 'absent') return undefined;
  if (disk.kind === 'unusable') throw new UserError(`${MANIFEST_PATH} ${disk.problem}. Nothing was written.`);
  return parseManifest(disk.text, generator);
}

/** What is at a path. It may be a link, a directory, a device, too large, or not a text. */
function look(root: string, path: string, locate: Locate): OnDisk {
  try {
    return lookAt(root, path, locate(path));
  } catch (error) {
    if (error instanceof PathError)
      return { ...unusable(error.problem), ...(error.isHidden && { isHidden: true }) };
    throw error;
  }
}

function lookAt(root: string, path: string, { real, isLink, stats, blockedBy }: Place): OnDisk {
  if (blockedBy !== undefined) return unusable(`cannot be written: ${blockedBy} is a file`);
  if (!stats) return { kind: 'absent' };
  if (!stats.isFile()) return unusable(`is ${kindOf(stats)}, where a file is to be written`);
  if (stats.size > MAX_BYTES) return unusable(`is larger than ${MAX_BYTES} bytes, too large to be compared`);
  const content = readRegular(real, path);
  if (content === undefined) return { kind: 'absent' };
  const disk = asText(content.bytes, (content.mode & 0o222) === 0);
  return isLink && disk.kind === 'file' ? { ...disk, link: pathIn(root, real) } : disk;
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

const packageName = ({ name }: Fields): string | undefined =>
  typeof name === 'string' && name !== '' ? name : undefined;

const TOOL = /^(?:typescript|tsx|@types\/.+)$/;

/** The compiler and types of a package in a workspace, if its own package.json names none. */
const toolsIn = (workspace: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(packagesOf(packageJsonIn(workspace))).filter(([name]) => TOOL.test(name)),
  );

/** Replaces `catalog:` by the ranges in the files of pnpm, Yarn and Bun. */
function withVersions(ranges: Record<string, string>, workspace: string): Record<string, string> {
  if (!Object.values(ranges).some((range) => range.startsWith('catalog:'))) return ranges;
  const ofPnpm = ['pnpm-workspace.yaml', '.yarnrc.yml'].map((name) =>
    catalogsInYaml(readTextIfAny(join(workspace, name)) ?? ''),
  );
  const top = packageJsonIn(workspace);
  const ofBun = [top, plainObject(top.workspaces) ?? {}].flatMap(({ catalog, catalogs }) => [
    { default: textsIn(catalog) },
    Object.fromEntries(
      Object.entries(plainObject(catalogs) ?? {}).map(([name, each]) => [name, textsIn(each)]),
    ),
  ]);
  return [...ofPnpm, ...ofBun].reduce(withoutCatalogs, ranges);
}

/**
 * A project without tsconfig.json is a JavaScript project if its app is in JavaScript, or if it has no TypeScript: a
 * linter may need that.
 */
function languageOf(
  root: string,
  isKnown: boolean,
  app: string | undefined,
  packages: Readonly<Record<string, string>>,
): Language {
  const isTypeScript =
    isKnown ||
    statIfThere(join(root, 'tsconfig.json')) !== undefined ||
    (app === undefined && Object.hasOwn(packages, 'typescript'));
  if (isTypeScript) return 'typescript';
  return statIfThere(join(root, 'jsconfig.json')) ? 'javascript-in-editor' : 'javascript';
}

function modulesOf(kind: Project['kind'], { type }: Fields): ModuleKind {
  if (kind === 'new' || type === 'module') return 'esm';
  return type === 'commonjs' ? 'commonjs' : 'unspecified';
}

/** A name that npm accepts, from that of the directory. */
function nameOf(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name || 'app';
}

/** Whether the folder contains anything other than a repository. */
export function isInUse(root: string): boolean {
  return onlyReadingSync(root, () => namesIn(root)).some((name) => name !== '.git');
}
