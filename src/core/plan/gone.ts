import { verifiedBase } from '../project/base.ts';
import { importsOf, moduleOf } from '../project/imports.ts';
import type { FileRecord } from '../project/manifest.ts';
import { plainText } from '../project/text.ts';
import { onDisk, type WorkingTree } from '../project/working-tree.ts';
import { type Entry, refuse } from './entry.ts';
import { asFormatted } from './file.ts';

/** What happens to a file that is no longer generated. */
export function planGone(record: FileRecord, tree: WorkingTree): Entry {
  const [path = record.path, copy] = tree.moved.get(record.id) ?? [];
  const disk = onDisk(tree, path);
  const entry = { id: record.id, path };
  const base = verifiedBase(record, tree);
  if (copy === undefined && disk.kind === 'absent') return { ...entry, action: 'absent' };
  if (disk.kind === 'unusable' && disk.isHidden) return { ...entry, ...refuse(disk.problem, 2) };
  // Deleting only the link would leave the file; deleting the file would leave a broken link.
  if (copy !== undefined || disk.kind !== 'file' || disk.link !== undefined || base === undefined)
    return { ...entry, action: 'release' };
  const mine = plainText(disk.text);
  const isPristine = mine === base || mine === plainText(asFormatted(base, path, tree));
  return isPristine ? { ...entry, action: 'delete', was: disk.text } : { ...entry, action: 'release' };
}

/** A file that others import or link to is not deleted, even if it was never edited: they would no longer work. */
export function keepImported(
  gone: readonly Entry[],
  files: readonly Entry[],
  tree: WorkingTree,
): readonly Entry[] {
  const kept = gone.find(
    (entry) => entry.action === 'delete' && importersLeft(entry, gone, files, tree).length > 0,
  );
  if (!kept) return gone;
  const { id, path } = kept;
  const others = gone.map((entry): Entry => (entry === kept ? { id, path, action: 'release' } : entry));
  return keepImported(others, files, tree);
}

/** The files that import a file, or link to it, and will be there after the run. */
export function importersLeft(
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

/** The text that a run writes; undefined if it does not change the file. */
export function textAfter(entry: Entry): string | undefined {
  if (entry.action === 'conflict') return entry.marked;
  return 'text' in entry ? entry.text : undefined;
}
