import { dirname } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { besideSiblings } from '../../core/plan/file-places.ts';
import { followMoves } from '../../core/plan/follow.ts';
import { verifiedBase } from '../../core/project/base.ts';
import { endingIn } from '../../core/project/imports.ts';
import { EXPLANATIONS, type FileRecord } from '../../core/project/manifest.ts';
import { BACKUP_IGNORE, basePath, isOfState, MANIFEST_PATH } from '../../core/project/state-folder.ts';
import type { OnDisk, Project, WorkingTree } from '../../core/project/working-tree.ts';
import { type RenderedFile, sessionIn } from '../../core/render/rendered-file.ts';
import { statIfThere } from '../files.ts';
import { locator } from '../locate.ts';
import { onlyReading } from '../system-errors.ts';
import { NO_ALIASES, readAliases } from './aliases.ts';
import { formatAll, type Unformatted } from './format.ts';
import { readOnDisk } from './on-disk.ts';
import { PACKAGE_JSON } from './package-json.ts';
import { savedBase } from './saved-state.ts';
import { refuseShared, respelled, tellSpellings } from './shared-files.ts';
import { findById, findImporters } from './sources.ts';

/** Paths that are patched in place: their text on disk is what a patch starts from. */
const PATCHED = [PACKAGE_JSON, '.gitignore', '.env', '.env.example'];

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
  const files = new Map<string, OnDisk>();
  const locate = locator(root);
  const read = (path: string) => files.set(path, readOnDisk(root, path, locate));
  pathsToRead(project, rendered).forEach(read);
  refuseShared(files, root, locate);
  tellSpellings(files, root, locate, respelled(rendered, records));
  refuseUnusableState(files);
  const found = findById(root, missingIds(rendered, records, files));
  const { unsearched } = found;
  const moved = new Map([...found.moved, ...besideSiblings(rendered, records, { files, ...found })]);
  [...moved.values()].flat().forEach(read);
  refuseShared(files, root, locate);
  const ending = endingIn(savedBase('session', root, manifest, locate));
  const left = new Set([
    ...gone(rendered, records, { files, moved }).map(whereItIs(moved)),
    ...leaving(rendered, records),
    ...(ending === endingIn(sessionIn(rendered)) ? [] : records.map(whereItIs(moved))),
  ]);
  const [first] = left;
  const aliases = first === undefined ? NO_ALIASES : readAliases(root, dirname(first));
  const importing = findImporters(root, left, aliases);
  for (const path of [...importing.importers.values()].flat()) if (!files.has(path)) read(path);
  const tree = { files, moved, unsearched, ...importing, formatted: new Map() };
  return { ...tree, formatted: await formatAll(root, formattable(rendered, records, tree)) };
}

const pathsToRead = ({ manifest, koaSources }: Project, rendered: readonly RenderedFile[]): Set<string> =>
  new Set([
    ...rendered.flatMap(({ path }) => [path, basePath(path)]),
    ...(manifest?.files ?? []).flatMap(({ path, generatedPath }) => [path, basePath(generatedPath)]),
    ...PATCHED,
    ...koaSources.map(({ path }) => path),
    BACKUP_IGNORE,
    MANIFEST_PATH,
    ...EXPLANATIONS.map(([path]) => path),
  ]);

/** The files to search for: not at their place, and not deleted by an earlier decision of the user. */
function missingIds(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  files: WorkingTree['files'],
): Set<string> {
  const wanted = new Set(rendered.map(({ id }) => id));
  const missing = records.filter(
    ({ id, path, state }) => files.get(path)?.kind === 'absent' && (wanted.has(id) || state === 'written'),
  );
  return new Set(missing.map(({ id }) => id));
}

const whereItIs =
  (moved: WorkingTree['moved']) =>
  ({ id, path }: FileRecord): string =>
    moved.get(id)?.[0] ?? path;

/** The files that are no longer generated, and still there. */
function gone(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  { files, moved }: Pick<WorkingTree, 'files' | 'moved'>,
): readonly FileRecord[] {
  const wanted = new Set(rendered.map(({ id }) => id));
  return records.filter(
    ({ id, path }) => !wanted.has(id) && (moved.has(id) || files.get(path)?.kind !== 'absent'),
  );
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
    if (disk.kind !== 'unusable' || !isOfState(path)) continue;
    throw new UserError(`${path} ${disk.problem}. Nothing was written.`);
  }
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
