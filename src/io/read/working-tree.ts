import { dirname } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { besideSiblings } from '../../core/plan/file-places.ts';
import { followMoves } from '../../core/plan/follow.ts';
import { verifiedBase } from '../../core/project/base.ts';
import { endingIn } from '../../core/project/imports.ts';
import {
  BACKUP_IGNORE,
  basePath,
  EXPLANATIONS,
  type FileRecord,
  MANIFEST_PATH,
  STATE_DIR,
} from '../../core/project/manifest.ts';
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
  for (const path of paths) files.set(path, readOnDisk(root, path, locate));
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
  for (const path of [...moved.values()].flat()) files.set(path, readOnDisk(root, path, locate));
  refuseShared(files, root, locate);
  const gone = records.filter(
    ({ id, path }) => !wanted.has(id) && (moved.has(id) || files.get(path)?.kind !== 'absent'),
  );
  const left = new Set([
    ...gone.map(({ id, path }) => moved.get(id)?.[0] ?? path),
    ...leaving(rendered, records),
    ...(endingIn(savedBase('session', root, manifest, locate)) === endingIn(sessionIn(rendered))
      ? []
      : records.map(({ id, path }) => moved.get(id)?.[0] ?? path)),
  ]);
  const [first] = left;
  const aliases = first === undefined ? NO_ALIASES : await readAliases(root, dirname(first));
  const importing = findImporters(root, left, aliases);
  for (const path of [...importing.importers.values()].flat())
    if (!files.has(path)) files.set(path, readOnDisk(root, path, locate));
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
