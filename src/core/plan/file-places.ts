import type { FileRecord } from '../project/manifest.ts';
import { onDisk, type WorkingTree } from '../project/working-tree.ts';
import { folderOf, type RenderedFile } from '../render/rendered-file.ts';

type Found = Pick<WorkingTree, 'files' | 'moved'>;

/**
 * The paths, by id, of files that are new, or missing and not found by an id, if the user has moved all modules of
 * their folder to one other folder: these import each other by name, so a new one belongs beside them.
 */
export function besideSiblings(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  tree: Found,
): [id: string, paths: readonly string[]][] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const files = rendered.map((next) => ({ ...next, places: futurePaths(next, byId.get(next.id), tree) }));
  return files.flatMap(({ id, path, places }) => {
    const folder = folderOf(path);
    const modules = files.filter((each) => each.path.endsWith('.ts') && folderOf(each.path) === folder);
    const [home = folder, another] = new Set(modules.flatMap((each) => each.places.map(folderOf)));
    const place = home + path.slice(folder.length);
    const isCertain = places.length === 0 && home !== folder && another === undefined;
    const isTaken = byId.has(id) && files.some((each) => [each.path, ...each.places].includes(place));
    return isCertain && !isTaken ? [[id, [place]]] : [];
  });
}

/** The path at which a file will be, if it is there already. */
export function futurePath(
  id: string,
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  tree: Found,
): string | undefined {
  const isIt = (file: { readonly id: string }) => file.id === id;
  return rendered.filter(isIt).flatMap((next) => futurePaths(next, records.find(isIt), tree))[0];
}

/** Where a file will be; each of its copies; nothing if it is new or missing. */
function futurePaths(next: RenderedFile, record: FileRecord | undefined, tree: Found): readonly string[] {
  const found = tree.moved.get(next.id);
  if (found) return found;
  const lies = whereItLies(next, record, tree);
  if (!record || onDisk(tree, lies).kind === 'absent') return [];
  return [placeAfter(next, record, tree)];
}

/** The path at which a file will be, or would be if it were not deleted. */
export const placeAfter = (next: RenderedFile, record: FileRecord | undefined, tree: Found): string =>
  wasMovedByUser(next.id, record, tree) ? whereItLies(next, record, tree) : next.path;

export function whereItLies(next: RenderedFile, record: FileRecord | undefined, tree: Found): string {
  const [found, copy] = tree.moved.get(next.id) ?? [];
  if (found !== undefined && copy === undefined) return found;
  return record !== undefined && isAtHome(record, next, tree) ? record.path : next.path;
}

/**
 * Whether to look for a file at its last path. Not if it is gone from there: then the user has moved it by hand to the
 * path that the option names now. Nor if the user had deleted it: a file at its old path is then the user's own.
 */
function isAtHome(record: FileRecord, next: RenderedFile, tree: Found): boolean {
  if (record.path === next.path) return true;
  const isHere = onDisk(tree, record.path).kind !== 'absent';
  return isHere ? record.state === 'written' : onDisk(tree, next.path).kind === 'absent';
}

/** A file that the user has moved stays there, whatever the options say. */
function wasMovedByUser(id: string, record: FileRecord | undefined, tree: Found): boolean {
  return record?.path !== record?.generatedPath || tree.moved.get(id)?.length === 1;
}
