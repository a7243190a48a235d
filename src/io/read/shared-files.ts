import { join } from 'node:path';
import { add } from '../../core/project/lists.ts';
import type { FileRecord } from '../../core/project/manifest.ts';
import { basePath, isOfState, STATE_DIR } from '../../core/project/state-folder.ts';
import type { OnDisk } from '../../core/project/working-tree.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import { namesInFolder } from '../files.ts';
import { type Locate, type Located, pathIn } from '../locate.ts';
import { unusable } from './on-disk.ts';

/** Two paths that lead to one file would overwrite each other. */
export function refuseShared(files: Map<string, OnDisk>, root: string, locate: Locate): void {
  const pathsTo = new Map<string, string[]>();
  for (const [path, disk] of files) {
    if (disk.kind === 'unusable') continue;
    const real = pathIn(root, locate(path).real);
    add(pathsTo, real, path);
  }
  for (const [real, paths] of pathsTo) {
    const owner = paths.includes(real) ? real : paths[0];
    for (const path of paths) {
      if (path === owner) continue;
      const how = locate(path).isLink ? 'is a symbolic link' : 'leads through a symbolic link';
      const as = owner === real ? 'itself' : `as ${owner}`;
      files.set(path, unusable(`${how} to ${real}, which is written ${as}; make it a file of its own`));
    }
  }
}

/** Two paths that are one for a file system that ignores case or Unicode form. */
interface Respelled {
  readonly from: string;
  readonly to: string;
}

/** The current and the future paths of a file and its base, if only the spelling differs. */
export function respelled(rendered: readonly RenderedFile[], records: readonly FileRecord[]): Respelled[] {
  const paths = new Map(rendered.map(({ id, path }) => [id, path]));
  return records.flatMap((record) => {
    const to = paths.get(record.id) ?? record.path;
    const pairs = [
      { from: record.path, to },
      { from: basePath(record.generatedPath), to: basePath(to) },
    ];
    return pairs.filter((pair) => pair.from !== pair.to && folded(pair.from) === folded(pair.to));
  });
}

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Such a file system finds one file under both names. The name in the listing of its folder is the real one. */
export function tellSpellings(
  files: Map<string, OnDisk>,
  root: string,
  locate: Locate,
  pairs: readonly Respelled[],
): void {
  for (const { from, to } of pairs) {
    const [old, next] = [files.get(from), files.get(to)];
    if (old?.kind !== 'file' || next?.kind !== 'file' || !isOneFile(locate(from), locate(to))) continue;
    if (isListed(root, from) && isListed(root, to)) continue;
    if (isOfState(from)) files.set(from, { ...old, isOtherSpelling: true });
    else if (isListed(root, to)) files.set(from, { kind: 'absent' });
    else files.set(to, unusable(sameFile(from, to)));
  }
}

const isOneFile = ({ stats: left }: Located, { stats: right }: Located): boolean =>
  left !== undefined && left.dev === right?.dev && left.ino === right.ino;

/** Whether each folder on the way lists the next name with exactly this spelling. */
function isListed(root: string, path: string): boolean {
  const names = path.split('/');
  return names.every((name, at) =>
    namesInFolder(join(root, ...names.slice(0, at))).some(
      (each) => each.normalize('NFC') === name.normalize('NFC'),
    ),
  );
}

function sameFile(from: string, to: string): string {
  const [old, next] = [from.split('/'), to.split('/')];
  const end = old.findIndex((name, at) => name !== next[at]) + 1;
  const [was, becomes] = [old, next].map((names) => names.slice(0, end).join('/'));
  return `is the same file, since this file system treats the two names as one; rename ${was} to ${becomes}, also below ${STATE_DIR}/base, then run again`;
}
