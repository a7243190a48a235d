import { UserError } from '../errors.ts';
import type { FileRecord } from '../project/manifest.ts';
import { type OnDisk, onDisk, type Project, type WorkingTree } from '../project/working-tree.ts';
import { folderOf, type RenderedFile } from '../render/rendered-file.ts';
import { type Entry, READ_ONLY, refuse } from './entry.ts';
import { planFile } from './file.ts';
import { keepImported, planGone } from './gone.ts';
import {
  deletedImportNotes,
  importNotes,
  lostImportNotes,
  moveNotes,
  ownImportNotes,
  unreadNotes,
  unsearchedNotes,
} from './import-notes.ts';
import { bringBack } from './restore.ts';
import { type Verdict, withVerdicts } from './verdicts.ts';

export interface Plan {
  readonly entries: readonly Entry[];
  /** For information; not a problem. */
  readonly notes: readonly string[];
}

/** A file that is not generated but edited as text, such as package.json. */
export interface Patch {
  readonly id: string;
  readonly path: string;
  /** The whole text with the edits, in the format of the file on disk. */
  readonly text: string;
  readonly notes: readonly string[];
  /** For `.env`: names with another value than the one that was given this time. */
  readonly kept?: readonly string[];
}

/**
 * The decision table: what happens to each file, given its base, the text on disk and the new text. Pure.
 *
 * @param restore paths of deleted or edited files to restore to the generated text
 * @param verdicts by id; conflicts without one stay open
 * @throws UserError for any other path in `restore`
 */
export function planChanges(
  rendered: readonly RenderedFile[],
  patches: readonly Patch[],
  project: Project,
  tree: WorkingTree,
  restore: readonly string[],
  verdicts: ReadonlyMap<string, Verdict> = new Map(),
): Plan {
  const records = new Map(project.manifest?.files.map((record) => [record.id, record]));
  const wanted = new Set(rendered.map(({ id }) => id));
  const gone = [...records.values()].filter(({ id }) => !wanted.has(id));
  const found = rendered.map((next) => planFile(next, records.get(next.id), tree));
  const files = withVerdicts(bringBack(found, restore, rendered, tree), verdicts);
  const left = keepImported(
    gone.map((record) => planGone(record, tree)),
    files,
    tree,
  );
  refuseLostFolder(files, rendered, records);
  const entries = [...files, ...left, ...patches.map((patch) => planPatch(patch, onDisk(tree, patch.path)))];
  const homes = new Map(rendered.map(({ id, path }) => [id, path]));
  return {
    entries: refuseMovedOntoOthers(refuseBelowFiles(entries), homes, records),
    notes: [
      ...patches.flatMap(({ notes }) => notes),
      // A first run moves and deletes nothing.
      ...(project.manifest ? notesOnMoves(files, left, rendered, tree) : []),
    ],
  };
}

const notesOnMoves = (
  files: readonly Entry[],
  left: readonly Entry[],
  rendered: readonly RenderedFile[],
  tree: WorkingTree,
): string[] => [
  ...copyNotes(tree),
  ...importNotes(left, files, tree),
  ...moveNotes(files, rendered, tree),
  ...ownImportNotes(files),
  ...lostImportNotes(files, rendered, tree),
  ...deletedImportNotes(files),
  ...unreadNotes(tree),
  ...unsearchedNotes(tree),
];

/** A folder cannot have the name of a file. File systems that ignore case treat more names as equal. */
function refuseBelowFiles(entries: readonly Entry[]): Entry[] {
  const files = new Map(
    entries.filter((entry) => 'text' in entry).map(({ path }) => [path.toLowerCase(), path]),
  );
  return entries.map((entry) => {
    const file = foldersAround(entry.path.toLowerCase())
      .map((folder) => files.get(folder))
      .find(Boolean);
    if (file === undefined || !('text' in entry)) return entry;
    const { id, path } = entry;
    return { id, path, ...refuse(`cannot be written: ${file} will be a file; choose another --dir`, 2) };
  });
}

/** If a file was moved to the path of another one, the two cannot be told apart after a write. */
function refuseMovedOntoOthers(
  entries: readonly Entry[],
  homes: ReadonlyMap<string, string>,
  records: ReadonlyMap<string, FileRecord>,
): Entry[] {
  const isTracked = ({ action }: Entry) => action !== 'release' && action !== 'absent';
  const tracked = entries.filter(isTracked);
  const taken = tracked.flatMap(foldedPaths);
  return entries.map((entry) => {
    const { id, path } = entry;
    const sharing = taken.filter((place) => place === path.toLowerCase()).length;
    const record = records.get(id);
    if (!isTracked(entry) || sharing < 2 || !record || homes.get(id) === path) return entry;
    const problem = `contains what was ${record.generatedPath}, in the place of another generated file; move it elsewhere, then run again`;
    return { id, path, ...refuse(problem) };
  });
}

/** The current and the future path of a file, as seen by a file system that ignores case. */
function foldedPaths({ path, from }: Entry): string[] {
  return [...new Set([path, from ?? path].map((place) => place.toLowerCase()))];
}

/** `a/b/c`: `a` and `a/b`. */
function foldersAround(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, at) => segments.slice(0, at + 1).join('/'));
}

function planPatch({ id, path, text }: Patch, disk: OnDisk): Entry {
  const entry = { id, path };
  if (disk.kind === 'unusable') return { ...entry, ...refuse(disk.problem, 2) };
  if (disk.kind === 'absent') return { ...entry, action: 'create', text };
  if (disk.text === text) return { ...entry, action: 'unchanged' };
  if (disk.isReadOnly) return { ...entry, ...READ_ONLY };
  return { ...entry, action: 'update', was: disk.text, text };
}

/** Nobody deletes all modules of the sessions to keep the rest: they were moved, and have lost their ids. */
function refuseLostFolder(
  files: readonly Entry[],
  rendered: readonly RenderedFile[],
  records: ReadonlyMap<string, FileRecord>,
): void {
  const session = records.get('session');
  const home = folderOf(rendered.find(({ id }) => id === 'session')?.path ?? '');
  const isModule = (path = '') => path.endsWith('.ts') && folderOf(path) === home;
  const modules = files.filter(({ id }, at) => records.has(id) && isModule(rendered[at]?.path));
  const isLost = modules.length > 0 && modules.every(({ action }) => action === 'deleted');
  if (session === undefined || !isLost) return;
  const lost = folderOf(session.path).slice(0, -1);
  throw new UserError(
    `${lost} has none of its modules any more. Nothing was written.\n` +
      `If you moved them, add --dir <their new folder>. If you deleted them, --restore ${lost} writes them again.`,
    4,
  );
}

function copyNotes(tree: WorkingTree): string[] {
  return [...tree.moved.values()]
    .filter((paths) => paths.length > 1)
    .map(
      (paths) => `${paths.join(' and ')} have the same id, so none of them was treated as the moved file.`,
    );
}
