import type { Entry } from '../plan/entry.ts';
import type { SettledEntry, SettledPlan } from '../plan/settle.ts';
import { sha256, verifiedBase } from '../project/base.ts';
import {
  contentOf,
  EXPLANATIONS,
  type FileRecord,
  formatManifest,
  type Manifest,
} from '../project/manifest.ts';
import { ENV_FILE } from '../project/paths.ts';
import { BACKUP_IGNORE, basePath, MANIFEST_PATH, STATE_DIR } from '../project/state-folder.ts';
import { inFormOf } from '../project/text.ts';
import { type OnDisk, onDisk, textOnDisk, type WorkingTree } from '../project/working-tree.ts';
import type { RenderedFile } from '../render/rendered-file.ts';

/** A file that is written or, if `after` is undefined, removed. */
export interface Change {
  readonly path: string;
  /** The text that must still be on disk when the change is made; undefined if there must be no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The former path of a moved file, which keeps its mode. */
  readonly from?: string;
  /** The mode of a file that is restored. */
  readonly mode?: number | undefined;
}

/** The content of the manifest apart from its files. */
export type Remembered = Pick<Manifest, 'generator' | 'project' | 'answers'>;

/** Everything that a settled plan writes, in order: the files, their backups and bases, and finally the manifest. */
export function listChanges(
  plan: SettledPlan,
  rendered: readonly RenderedFile[],
  old: Manifest | undefined,
  remembered: Remembered,
  tree: WorkingTree,
): Change[] {
  const next = new Map(rendered.map((file) => [file.id, file]));
  const records = new Map(old?.files.map((record) => [record.id, record]));
  const files = withoutReplaced(
    plan.entries.flatMap((entry) => recordOf(entry, next.get(entry.id), records.get(entry.id))),
  );
  const bases = files.flatMap((record) =>
    baseToWrite(record, next.get(record.id), records.get(record.id), tree),
  );
  const kept = new Set(files.map(({ generatedPath }) => basePath(generatedPath)));
  const stale = [...records.values()].map(({ generatedPath }) => basePath(generatedPath));
  const form = formOfCreated(plan);
  const changes = [
    ...plan.entries.flatMap(fileChanges),
    ...backups(plan, tree),
    ...bases.map(([path, text]) => change(tree, path, text)),
    ...stale
      .filter((path) => !kept.has(path) && !isOtherSpelling(onDisk(tree, path)))
      .map((path) => change(tree, path, undefined)),
    ...(bases.length === 0
      ? []
      : missingExplanations(tree).map(([path, text]) => change(tree, path, text, form))),
  ].filter(isChange);
  const manifest = { ...remembered, files };
  const isNews = changes.some(ofTheProject) || old === undefined || !saysTheSame(manifest, old);
  const said = isNews ? manifest : { ...manifest, generator: old.generator };
  // A formatter of the project may check that all JSON is indented alike.
  const indented = [MANIFEST_PATH, 'package.json'].map((path) => textOnDisk(tree, path)).find(Boolean);
  const record = change(tree, MANIFEST_PATH, formatManifest(said, indented), form);
  return [...changes, ...[record].filter(isChange)];
}

const isChange = ({ before, after }: Change): boolean => before !== after;

/** `.env` belongs to one machine, so a change of it is not a change of the project. */
export const ofTheProject = ({ path }: Change): boolean => path !== ENV_FILE;

/** A newer version of the program that changes nothing does not count as the one that wrote the project. */
const saysTheSame = (manifest: Manifest, old: Manifest): boolean =>
  contentOf({ ...manifest, generator: old.generator }) === contentOf(old);

/** What is there stays: a formatter of the project may have wrapped its lines. */
const missingExplanations = (tree: WorkingTree) =>
  EXPLANATIONS.filter(([path]) => textOnDisk(tree, path) === undefined);

const isOtherSpelling = (disk: OnDisk): boolean => disk.kind === 'file' && disk.isOtherSpelling === true;

/** The change of the file itself; for a conflict, the text with markers. */
export function fileChanges(entry: Entry): Change[] {
  const { path, from } = entry;
  if (entry.action === 'conflict') return [{ path, before: entry.was, after: entry.marked }];
  if (entry.action === 'create') return [{ path, before: undefined, after: entry.text }];
  if (entry.action === 'delete') return [{ path, before: entry.was, after: undefined }];
  if (!('text' in entry)) return [];
  const { was, text } = entry;
  if (from === undefined) return [{ path, before: was, after: text }];
  return [
    { path: from, before: was, after: undefined },
    { path, before: undefined, after: text, from },
  ];
}

/** Named by its content, so that a second backup does not overwrite the first. */
export function backupPath(path: string, text: string): string {
  return `${STATE_DIR}/backup/${path}.${sha256(text).slice(0, 12)}`;
}

/** Backups of the user's texts that are replaced; for this machine only. */
function backups({ entries }: SettledPlan, tree: WorkingTree): Change[] {
  const copies = entries.flatMap((entry) =>
    entry.action === 'replace'
      ? [{ ...change(tree, backupPath(entry.path, entry.was), entry.was), from: entry.from ?? entry.path }]
      : [],
  );
  if (copies.length === 0) return [];
  return [change(tree, BACKUP_IGNORE, '*\n'), ...copies];
}

function recordOf(
  entry: SettledEntry,
  next: RenderedFile | undefined,
  old: FileRecord | undefined,
): FileRecord[] {
  const { id, path, action } = entry;
  if (!next) return action === 'absent' && old ? [{ ...old, state: 'deleted' }] : [];
  const record = { id, path, generatedPath: next.path };
  if (action === 'deleted') return old ? [{ ...record, sha256: old.sha256, state: 'deleted' }] : [];
  return [{ ...record, sha256: sha256(next.text), state: 'written' }];
}

/** A new file may come to the place of a deleted one that is no longer generated. */
const withoutReplaced = (files: readonly FileRecord[]): readonly FileRecord[] =>
  files.filter((file) => file.state === 'written' || !files.some((other) => isReplacing(other, file)));

const isReplacing = (other: FileRecord, { path }: FileRecord): boolean =>
  other.state === 'written' && other.path.toLowerCase() === path.toLowerCase();

/** The base of a deleted file is kept, so that the file is recognized if it comes back. */
function baseToWrite(
  record: FileRecord,
  next: RenderedFile | undefined,
  old: FileRecord | undefined,
  tree: WorkingTree,
): [string, string][] {
  const text = record.state === 'deleted' ? verifiedBase(old, tree) : next?.text;
  return text === undefined ? [] : [[basePath(record.generatedPath), text]];
}

/** A text with the line endings of the project's formatter, which may check all Markdown and JSON. */
const formOfCreated = ({ entries }: SettledPlan): string | undefined =>
  entries.filter((each) => each.action === 'create').find(({ path }) => path.endsWith('.md'))?.text;

/** In the format that the file has on disk: git may have checked it out with other line endings. */
function change(tree: WorkingTree, path: string, text: string | undefined, form = ''): Change {
  const before = textOnDisk(tree, path);
  const after = text === undefined ? text : inFormOf(before ?? form, text);
  return { path, before, after };
}
