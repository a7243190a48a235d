import { verifiedBase } from '../project/base.ts';
import { moduleOf, relativeModule, withImports } from '../project/imports.ts';
import type { FileRecord } from '../project/manifest.ts';
import type { WorkingTree } from '../project/working-tree.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import { specifier } from '../render/specifier.ts';
import { placeAfter, whereItLies } from './file-places.ts';

/** The new texts, with imports that follow the files that the user has moved. */
export function followMoves(
  rendered: readonly RenderedFile[],
  records: readonly FileRecord[],
  tree: WorkingTree,
): readonly RenderedFile[] {
  if (records.length === 0) return rendered;
  const recordOf = new Map(records.map((record) => [record.id, record]));
  const places = new Map(rendered.map((next) => [next.id, placeAfter(next, recordOf.get(next.id), tree)]));
  if (rendered.every(({ id, path }) => places.get(id) === path)) return rendered;
  const known = [
    ...records.flatMap(({ id, path, generatedPath }) => [path, generatedPath].map((at) => ({ id, at }))),
    ...rendered.map(({ id, path }) => ({ id, at: path })),
  ];
  const leadingTo = (at: typeof places) => {
    const targets = new Map(known.map((each) => [moduleOf(each.at), at.get(each.id)]));
    return ({ id, path }: RenderedFile, text: string, from: readonly string[]) =>
      withTargets(text, from, at.get(id) ?? path, targets);
  };
  const follow = leadingTo(places);
  // Imports that the user has corrected lead to where the files are now: --dir may move some of them.
  const followNow = leadingTo(
    new Map(rendered.map((next) => [next.id, whereItLies(next, recordOf.get(next.id), tree)])),
  );
  return rendered.map((next) => {
    const { path, generatedPath } = recordOf.get(next.id) ?? { ...next, generatedPath: next.path };
    const base = verifiedBase(recordOf.get(next.id), tree);
    return {
      ...next,
      text: follow(next, next.text, [next.path]),
      movedBase: base === undefined ? undefined : followNow(next, base, [path, generatedPath]),
    };
  });
}

/** @param from the paths from which an import of the text may be meant */
function withTargets(
  text: string,
  from: readonly string[],
  to: string,
  targets: ReadonlyMap<string, string | undefined>,
): string {
  if (!to.endsWith('.ts')) return text;
  return withImports(text, (found) => {
    const target = from.map((path) => targets.get(relativeModule(path, found))).find(Boolean);
    return target === undefined ? found : specifier(to, target, /\.[jt]s$/.exec(found)?.[0] ?? '');
  });
}
