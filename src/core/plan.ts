import { verifiedBase } from './base.ts';
import { UserError } from './errors.ts';
import { importsOf, moduleOf } from './imports.ts';
import type { FileRecord } from './manifest.ts';
import { type Hunk, hasConflictMarkers, mergeTexts, mergeWithoutBase, type Overlapping } from './merge.ts';
import { formattedKey, type OnDisk, onDisk, type Project, type WorkingTree } from './project.ts';
import type { RenderedFile } from './rendered-file.ts';
import { inFormOf, plainText } from './text.ts';

/** What is to become of one file. */
export type Entry = {
  readonly id: string;
  readonly path: string;
  /** Where it lies now, when it is to lie elsewhere because an option says so. */
  readonly from?: string;
} & Outcome;

export type Outcome =
  | { readonly action: 'create'; readonly text: string }
  /** Rewritten: `text` was made from `was`, the text on disk. */
  | {
      readonly action: 'update' | 'merge' | 'move' | 'replace' | 'markers';
      readonly was: string;
      readonly text: string;
    }
  /** Says already what would be written: known from now on, known all along, or only its base is behind. */
  | { readonly action: 'adopt' | 'unchanged' | 'advance' }
  /** Edited by the user, and nothing new to bring in. */
  | { readonly action: 'keep' }
  /** The user removed the file, and it stays removed. */
  | { readonly action: 'deleted' }
  /** No longer generated, and never edited. */
  | { readonly action: 'delete'; readonly was: string }
  /** No longer generated, and the user's from now on. */
  | { readonly action: 'release' }
  | Conflict
  /** Must be mended by the user before anything can be written. */
  | Refusal;

/** Only a person can say which lines are right. The texts are as they would be written. */
export interface Conflict {
  readonly action: 'conflict';
  /** `untracked`: a file of that name was there before; `overlap`: both sides changed the same lines. */
  readonly reason: 'untracked' | 'overlap';
  /** What is on disk. */
  readonly was: string;
  /** All that goes together, and of what does not, the user's lines, the new ones, or both between markers. */
  readonly mine: string;
  readonly theirs: string;
  readonly marked: string;
  readonly hunks: readonly Hunk[];
}

export interface Refusal {
  readonly action: 'refuse';
  readonly exitCode: 2 | 4;
  /** Worded to follow the path. */
  readonly problem: string;
}

export interface Plan {
  readonly entries: readonly Entry[];
  /** For the user to know; nothing is wrong. */
  readonly notes: readonly string[];
}

/** A file that is not generated but edited as text, such as package.json. */
export interface Patch {
  readonly id: string;
  readonly path: string;
  /** The whole text, with the edits in it and in the form of the file on disk. */
  readonly text: string;
  readonly notes: readonly string[];
}

/**
 * The decision table: what becomes of each file, given its base, the text on disk and the new text. Pure.
 *
 * @param restore paths of deleted files that are to come back
 * @throws UserError for a path in `restore` that is no deleted file
 */
export function planChanges(
  rendered: readonly RenderedFile[],
  patches: readonly Patch[],
  project: Project,
  tree: WorkingTree,
  restore: readonly string[] = [],
): Plan {
  const records = new Map(project.manifest?.files.map((record) => [record.id, record]));
  const wanted = new Set(rendered.map(({ id }) => id));
  const gone = [...records.values()].filter(({ id }) => !wanted.has(id));
  const files = rendered.map((next) => planFile(next, records.get(next.id), tree));
  const left = keepImported(
    gone.map((record) => planGone(record, tree)),
    files,
    tree,
  );
  return {
    entries: [
      ...bringBack(files, restore, rendered, tree),
      ...left,
      ...patches.map((patch) => planPatch(patch, onDisk(tree, patch.path))),
    ],
    notes: [...patches.flatMap(({ notes }) => notes), ...copyNotes(tree), ...importNotes(left, files, tree)],
  };
}

function planFile(next: RenderedFile, record: FileRecord | undefined, tree: WorkingTree): Entry {
  const lies = whereItLies(next, record, tree);
  const path = wasMovedByUser(record, tree) ? lies : next.path;
  const sides = {
    base: verifiedBase(record, tree),
    next: next.text,
    wasDeleted: record?.state === 'deleted',
  };
  const outcome = decide(onDisk(tree, lies), formsOf(sides, lies, tree));
  const entry = { id: next.id, path };
  if (path === lies || outcome.action === 'refuse') return { ...entry, path: lies, ...outcome };
  if (outcome.action === 'create' || outcome.action === 'deleted') return { ...entry, ...outcome };
  return { ...entry, ...relocate(outcome, lies, onDisk(tree, lies), onDisk(tree, path)) };
}

function whereItLies(next: RenderedFile, record: FileRecord | undefined, tree: WorkingTree): string {
  const [found, copy] = tree.moved.get(next.id) ?? [];
  return (copy === undefined ? found : undefined) ?? record?.path ?? next.path;
}

/** A file that the user put elsewhere stays there, whatever the options say. */
function wasMovedByUser(record: FileRecord | undefined, tree: WorkingTree): boolean {
  if (!record) return false;
  return record.path !== record.generatedPath || tree.moved.get(record.id)?.length === 1;
}

/** An option moved the file: what would have been done to it in its old place is done in the new one. */
function relocate(outcome: Outcome, from: string, disk: OnDisk, target: OnDisk): Outcome & { from?: string } {
  if (target.kind !== 'absent')
    return refuse(`is in the way: ${from} is to move there; move or remove one of them`);
  if (disk.kind !== 'file') return outcome;
  if ('text' in outcome || outcome.action === 'conflict') return { ...outcome, from };
  return { action: 'move', was: disk.text, text: disk.text, from };
}

interface Sides {
  readonly base: string | undefined;
  readonly next: string;
  readonly wasDeleted: boolean;
}

/** The sides, each also as the project's formatter writes it; the same text where there is no formatter. */
interface Forms extends Sides {
  readonly formattedBase: string | undefined;
  readonly formattedNext: string;
}

function formsOf(sides: Sides, path: string, tree: WorkingTree): Forms {
  const formatted = (text: string) => tree.formatted.get(formattedKey(path, text)) ?? text;
  return {
    ...sides,
    formattedBase: sides.base === undefined ? undefined : formatted(sides.base),
    formattedNext: formatted(sides.next),
  };
}

function decide(disk: OnDisk, forms: Forms): Outcome {
  const { base, next, formattedBase, formattedNext, wasDeleted } = forms;
  if (disk.kind === 'unusable') return refuse(disk.problem, 2);
  if (disk.kind === 'absent') {
    return base !== undefined || wasDeleted
      ? { action: 'deleted' }
      : { action: 'create', text: formattedNext };
  }
  const mine = plainText(disk.text);
  if (mine === next || mine === formattedNext) return { action: alreadySaid(base, next) };
  if (hasConflictMarkers(mine)) return refuse('has conflict markers; settle them, then run again');
  if (base === undefined || formattedBase === undefined) return untracked(disk.text, formattedNext);
  if (base === next) return { action: 'keep' };
  if (disk.isReadOnly) return refuse('is read-only; make it writable (chmod u+w), then run again');
  if (mine === formattedBase) return rewrite('update', disk.text, formattedNext);
  if (mine === base) return rewrite('update', disk.text, next);
  return merge(disk.text, { ...forms, base, formattedBase });
}

function alreadySaid(base: string | undefined, next: string): 'adopt' | 'unchanged' | 'advance' {
  if (base === undefined) return 'adopt';
  return base === next ? 'unchanged' : 'advance';
}

function rewrite(action: 'update' | 'merge', was: string, text: string): Outcome {
  return { action, was, text: inFormOf(was, text) };
}

/** A file that was never run through the project's formatter is closer to the texts that were not, either. */
function merge(was: string, forms: Forms & { base: string; formattedBase: string }): Outcome {
  const mine = plainText(was);
  const formatted = mergeTexts(forms.formattedBase, mine, forms.formattedNext);
  if (formatted.clean) return rewrite('merge', was, formatted.text);
  const plain = mergeTexts(forms.base, mine, forms.next);
  return plain.clean ? rewrite('merge', was, plain.text) : conflict('overlap', was, formatted);
}

function untracked(was: string, next: string): Outcome {
  const merged = mergeWithoutBase(plainText(was), next);
  return merged.clean ? { action: 'adopt' } : conflict('untracked', was, merged);
}

function conflict(reason: Conflict['reason'], was: string, merged: Overlapping): Conflict {
  const { hunks, mine, theirs, marked } = merged;
  const inForm = (text: string) => inFormOf(was, text);
  return {
    action: 'conflict',
    reason,
    was,
    hunks,
    mine: inForm(mine),
    theirs: inForm(theirs),
    marked: inForm(marked),
  };
}

function refuse(problem: string, exitCode: 2 | 4 = 4): Refusal {
  return { action: 'refuse', exitCode, problem };
}

function planGone(record: FileRecord, tree: WorkingTree): Entry {
  const [path = record.path, copy] = tree.moved.get(record.id) ?? [];
  const disk = onDisk(tree, path);
  const entry = { id: record.id, path };
  const base = verifiedBase(record, tree);
  if (copy !== undefined || disk.kind !== 'file' || base === undefined)
    return { ...entry, action: 'release' };
  const mine = plainText(disk.text);
  const isPristine = mine === base || mine === tree.formatted.get(formattedKey(path, base));
  return isPristine ? { ...entry, action: 'delete', was: disk.text } : { ...entry, action: 'release' };
}

/** A file that others still import is not deleted, pristine as it may be: they would no longer run. */
function keepImported(gone: readonly Entry[], files: readonly Entry[], tree: WorkingTree): readonly Entry[] {
  const kept = gone.find(
    (entry) => entry.action === 'delete' && importersLeft(entry, gone, files, tree).length > 0,
  );
  if (!kept) return gone;
  const { id, path } = kept;
  const others = gone.map((entry): Entry => (entry === kept ? { id, path, action: 'release' } : entry));
  return keepImported(others, files, tree);
}

/** The files that import a file and will be there after the run. */
function importersLeft(
  { path }: Entry,
  gone: readonly Entry[],
  files: readonly Entry[],
  tree: WorkingTree,
): string[] {
  const deleted = new Set(gone.filter(({ action }) => action === 'delete').map((entry) => entry.path));
  const rewritten = new Map(files.map((entry) => [entry.from ?? entry.path, entry]));
  const stillImports = (importer: string) => {
    const entry = rewritten.get(importer);
    const text = entry && textAfter(entry);
    return text === undefined || importsOf(entry?.path ?? importer, text).includes(moduleOf(path));
  };
  return (tree.importers.get(path) ?? []).filter(
    (importer) => !deleted.has(importer) && stillImports(importer),
  );
}

/** The text that a run writes; undefined where it leaves the file alone. */
function textAfter(entry: Entry): string | undefined {
  if (entry.action === 'conflict') return entry.marked;
  return 'text' in entry ? entry.text : undefined;
}

function importNotes(gone: readonly Entry[], files: readonly Entry[], tree: WorkingTree): string[] {
  return gone.flatMap((entry) => {
    const importers = entry.action === 'release' ? importersLeft(entry, gone, files, tree) : [];
    return importers.length === 0
      ? []
      : [
          `${entry.path} is no longer generated; it stays, and is yours, as ${importers.join(' and ')} imports it.`,
        ];
  });
}

function planPatch({ id, path, text }: Patch, disk: OnDisk): Entry {
  const entry = { id, path };
  if (disk.kind === 'unusable') return { ...entry, ...refuse(disk.problem, 2) };
  if (disk.kind === 'absent') return { ...entry, action: 'create', text };
  if (disk.text === text) return { ...entry, action: 'unchanged' };
  if (disk.isReadOnly) return { ...entry, ...refuse('is read-only; make it writable, then run again') };
  return { ...entry, action: 'update', was: disk.text, text };
}

function bringBack(
  files: readonly Entry[],
  restore: readonly string[],
  rendered: readonly RenderedFile[],
  tree: WorkingTree,
): Entry[] {
  const paths = new Set(restore.map((path) => path.replace(/^(?:\.\/)+/, '')));
  const deleted = files.filter(({ action }) => action === 'deleted').map(({ path }) => path);
  const unknown = [...paths].find((path) => !deleted.includes(path));
  if (unknown !== undefined) throw new UserError(noneToRestore(unknown, deleted));
  return files.map((entry, index) => {
    const text = rendered[index]?.text;
    if (text === undefined || !paths.has(entry.path)) return entry;
    const formatted = tree.formatted.get(formattedKey(entry.path, text)) ?? text;
    return { id: entry.id, path: entry.path, action: 'create', text: formatted };
  });
}

function noneToRestore(path: string, deleted: readonly string[]): string {
  const list = deleted.length === 0 ? 'none is' : `these are: ${deleted.join(', ')}`;
  return `--restore: ${path} is no generated file that was deleted (${list}).`;
}

function copyNotes(tree: WorkingTree): string[] {
  return [...tree.moved.values()]
    .filter((paths) => paths.length > 1)
    .map(
      (paths) => `${paths.join(' and ')} carry the same id, so none of them was taken for the moved file.`,
    );
}
