import { UserError } from '../errors.ts';
import { asProjectPath, isOrIsIn } from '../project/paths.ts';
import { inFormOf, plainText } from '../project/text.ts';
import { type OnDisk, onDisk, type WorkingTree } from '../project/working-tree.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import { type Entry, placeOf, READ_ONLY } from './entry.ts';
import { asFormatted } from './file.ts';

/** Whether a file can be restored: the user removed or edited it. */
const RESTORABLE: readonly Entry['action'][] = ['deleted', 'keep', 'merge', 'conflict'];

export function bringBack(
  files: readonly Entry[],
  restore: readonly string[],
  rendered: readonly RenderedFile[],
  tree: WorkingTree,
): Entry[] {
  const paths = restore.map((typed) => asProjectPath(typed).replace(/\/$/, ''));
  const possible = files.filter(({ action }) => RESTORABLE.includes(action)).map(({ path }) => path);
  const unknown = paths.find((path) => !possible.some(isOrIsIn(path)));
  if (unknown !== undefined) throw new UserError(noneToRestore(unknown, possible));
  const wanted = new Set(possible.filter((path) => paths.some((each) => isOrIsIn(each)(path))));
  return files.map((entry, index) => {
    const text = rendered[index]?.text;
    if (text === undefined || !wanted.has(entry.path)) return entry;
    return takeTheirs(entry, asFormatted(text, entry.path, tree), onDisk(tree, entry.from ?? entry.path));
  });
}

/** Writes the whole new text; an edited file is backed up. */
function takeTheirs(entry: Entry, text: string, disk: OnDisk): Entry {
  const { id, path } = entry;
  if (disk.kind !== 'file') return { id, path, action: 'create', text };
  if (disk.isReadOnly) return { id, path, ...READ_ONLY };
  return { ...placeOf(entry), action: 'replace', was: disk.text, text: inFormOf(disk.text, plainText(text)) };
}

function noneToRestore(path: string, possible: readonly string[]): string {
  const list = possible.length === 0 ? 'none is' : `these are: ${possible.join(', ')}`;
  return `--restore: ${path} is not a generated file that was deleted or edited (${list}).`;
}
