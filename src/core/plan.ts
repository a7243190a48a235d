import { createHash } from 'node:crypto';
import { basePath, type FileRecord } from './manifest.ts';
import { type Hunk, hasConflictMarkers, mergeTexts, mergeWithoutBase } from './merge.ts';
import { type OnDisk, onDisk, type Project, type WorkingTree } from './project.ts';
import type { RenderedFile } from './rendered-file.ts';
import { inFormOf, plainText } from './text.ts';

/** What is to become of one file. The base advances with every action but `deleted`, `conflict` and `refuse`. */
export type Entry = { readonly id: string; readonly path: string } & Outcome;

type Outcome =
  | { readonly action: 'create'; readonly text: string }
  /** Rewritten; `was` is the text on disk that `text` was made from. */
  | {
      readonly action: 'update' | 'merge' | 'markers' | 'replace';
      readonly was: string;
      readonly text: string;
    }
  /** Already says what would be written: known from now on (`adopt`), known all along, or its base is behind. */
  | { readonly action: 'adopt' | 'unchanged' | 'advance' }
  /** The user's own text stays. */
  | { readonly action: 'keep' }
  /** The user removed the file, and it stays removed. */
  | { readonly action: 'deleted' }
  /** No longer generated: removed as it was never edited, or left to the user. */
  | { readonly action: 'delete'; readonly was: string }
  | { readonly action: 'release' }
  | Conflict
  /** Must be mended by the user before anything can be written. */
  | { readonly action: 'refuse'; readonly exitCode: 2 | 4; readonly problem: string };

/** Only a person can say which text is right. All texts as they would be written. */
export interface Conflict {
  readonly action: 'conflict';
  /** `untracked`: a file of that name was there before; `overlap`: both sides changed the same lines. */
  readonly reason: 'untracked' | 'overlap';
  readonly mine: string;
  readonly theirs: string;
  readonly marked: string;
  readonly hunks: readonly Hunk[];
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

/** The decision table: what to do with each file, given its base, the text on disk and the new text. Pure. */
export function planChanges(
  rendered: readonly RenderedFile[],
  patches: readonly Patch[],
  project: Project,
  tree: WorkingTree,
): Plan {
  const records = new Map(project.manifest?.files.map((record) => [record.id, record]));
  const wanted = new Set(rendered.map(({ id }) => id));
  const gone = [...records.values()].filter(({ id }) => !wanted.has(id));
  return {
    entries: [
      ...rendered.map((next) => planFile(next, records.get(next.id), tree)),
      ...gone.map((record) => planGone(record, tree)),
      ...patches.map((patch) => planPatch(patch, onDisk(tree, patch.path))),
    ],
    notes: patches.flatMap(({ notes }) => notes),
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function planFile(next: RenderedFile, record: FileRecord | undefined, tree: WorkingTree): Entry {
  const path = tree.moved.get(next.id) ?? record?.path ?? next.path;
  const disk = onDisk(tree, path);
  const base = record && verifiedBase(record, tree);
  return { id: next.id, path, ...decide(base, disk, next.text, record?.state === 'deleted') };
}

function decide(base: string | undefined, disk: OnDisk, next: string, wasDeleted: boolean): Outcome {
  if (disk.kind === 'unusable') return { action: 'refuse', exitCode: 2, problem: disk.problem };
  if (disk.kind === 'absent') {
    return base !== undefined || wasDeleted ? { action: 'deleted' } : { action: 'create', text: next };
  }
  const mine = plainText(disk.text);
  if (base === undefined) return mine === next ? { action: 'adopt' } : untracked(disk.text, next);
  if (mine === next) return { action: base === next ? 'unchanged' : 'advance' };
  if (hasConflictMarkers(mine)) return unsettled();
  if (base === next) return { action: 'keep' };
  const outcome = mine === base ? update(disk.text, next) : mergeInto(disk.text, base, next);
  return disk.isReadOnly ? readOnly() : outcome;
}

function update(was: string, next: string): Outcome {
  return { action: 'update', was, text: inFormOf(was, next) };
}

function mergeInto(was: string, base: string, next: string): Outcome {
  const merged = mergeTexts(base, plainText(was), next);
  if (merged.clean) return { action: 'merge', was, text: inFormOf(was, merged.text) };
  return {
    action: 'conflict',
    reason: 'overlap',
    mine: was,
    theirs: inFormOf(was, next),
    marked: inFormOf(was, merged.marked),
    hunks: merged.hunks,
  };
}

function untracked(was: string, next: string): Outcome {
  const merged = mergeWithoutBase(plainText(was), next);
  if (merged.clean) return { action: 'adopt' };
  return {
    action: 'conflict',
    reason: 'untracked',
    mine: was,
    theirs: inFormOf(was, next),
    marked: inFormOf(was, merged.marked),
    hunks: merged.hunks,
  };
}

function unsettled(): Outcome {
  const problem = 'has conflict markers that are not settled yet; settle them, then run again';
  return { action: 'refuse', exitCode: 4, problem };
}

function readOnly(): Outcome {
  const problem = 'is read-only; make it writable (chmod u+w), then run again';
  return { action: 'refuse', exitCode: 4, problem };
}

function planGone(record: FileRecord, tree: WorkingTree): Entry {
  const path = tree.moved.get(record.id) ?? record.path;
  return { id: record.id, path, ...decideGone(verifiedBase(record, tree), onDisk(tree, path)) };
}

function decideGone(base: string | undefined, disk: OnDisk): Outcome {
  if (disk.kind !== 'file' || base === undefined) return { action: 'release' };
  return plainText(disk.text) === base ? { action: 'delete', was: disk.text } : { action: 'release' };
}

function planPatch({ id, path, text }: Patch, disk: OnDisk): Entry {
  const outcome = (): Outcome => {
    if (disk.kind === 'unusable') return { action: 'refuse', exitCode: 2, problem: disk.problem };
    if (disk.kind === 'absent') return { action: 'create', text };
    if (disk.text === text) return { action: 'unchanged' };
    return disk.isReadOnly ? readOnly() : { action: 'update', was: disk.text, text };
  };
  return { id, path, ...outcome() };
}

/** The pristine text as last generated, unless it is missing or was tampered with. */
function verifiedBase(record: FileRecord, tree: WorkingTree): string | undefined {
  const disk = onDisk(tree, basePath(record.generatedPath));
  if (disk.kind !== 'file') return undefined;
  const text = plainText(disk.text);
  return sha256(text) === record.sha256 ? text : undefined;
}
