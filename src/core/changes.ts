import {
  basePath,
  type FileRecord,
  type FileState,
  formatManifest,
  MANIFEST_PATH,
  type Manifest,
  STATE_DIR,
} from './manifest.ts';
import { sha256 } from './plan.ts';
import { onDisk, type WorkingTree } from './project.ts';
import type { RenderedFile } from './rendered-file.ts';
import type { SettledEntry, SettledPlan } from './settle.ts';

/** One file that is written or, where `after` is undefined, removed. */
export interface Change {
  readonly path: string;
  /** What must still be on disk for the change to be made; undefined for no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What the manifest is to say beside its files. */
export type Remembered = Pick<Manifest, 'generator' | 'project' | 'answers'>;

/** Everything a settled plan writes, in order: the files, their backups and bases, and last the manifest. */
export function listChanges(
  plan: SettledPlan,
  rendered: readonly RenderedFile[],
  old: Manifest | undefined,
  remembered: Remembered,
  tree: WorkingTree,
): Change[] {
  const next = new Map(rendered.map((file) => [file.id, file]));
  const records = new Map(old?.files.map((record) => [record.id, record]));
  const files = plan.entries.flatMap((entry) => recordOf(entry, next.get(entry.id), records.get(entry.id)));
  const bases = new Map(files.flatMap((record) => baseOf(record, next.get(record.id))));
  const kept = new Set(files.map(({ generatedPath }) => basePath(generatedPath)));
  const stale = [...records.values()].map(({ generatedPath }) => basePath(generatedPath));
  return [
    ...plan.entries.flatMap(fileChanges),
    ...[...bases].map(([path, text]) => change(tree, path, text)),
    ...stale.filter((path) => !kept.has(path)).map((path) => change(tree, path, undefined)),
    change(tree, MANIFEST_PATH, formatManifest({ ...remembered, files })),
  ].filter(({ before, after }) => before !== after);
}

function fileChanges(entry: SettledEntry): Change[] {
  const { path } = entry;
  if (entry.action === 'create') return [{ path, before: undefined, after: entry.text }];
  if (entry.action === 'delete') return [{ path, before: entry.was, after: undefined }];
  if (!('text' in entry)) return [];
  const written: Change = { path, before: entry.was, after: entry.text };
  return entry.action === 'replace' ? [backup(path, entry.was), written] : [written];
}

/** Named by its content: taking the new text twice keeps both of the old ones. */
export function backupPath(path: string, text: string): string {
  return `${STATE_DIR}/backup/${path}.${sha256(text).slice(0, 12)}`;
}

function backup(path: string, text: string): Change {
  return { path: backupPath(path, text), before: undefined, after: text };
}

const STATES: Partial<Record<SettledEntry['action'], FileState>> = {
  keep: 'edited',
  merge: 'edited',
  markers: 'markers',
};

function recordOf(
  entry: SettledEntry,
  next: RenderedFile | undefined,
  old: FileRecord | undefined,
): FileRecord[] {
  if (!next) return [];
  if (entry.action === 'deleted') return old ? [{ ...old, state: 'deleted' }] : [];
  const state = STATES[entry.action] ?? 'generated';
  return [{ id: entry.id, path: entry.path, generatedPath: next.path, sha256: sha256(next.text), state }];
}

/** The base of a deleted file stays as it was, so that the file, should it come back, is known for what it is. */
function baseOf(record: FileRecord, next: RenderedFile | undefined): [string, string][] {
  if (record.state === 'deleted' || !next) return [];
  return [[basePath(record.generatedPath), next.text]];
}

function change(tree: WorkingTree, path: string, after: string | undefined): Change {
  const disk = onDisk(tree, path);
  return { path, before: disk.kind === 'file' ? disk.text : undefined, after };
}
