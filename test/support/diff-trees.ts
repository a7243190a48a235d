import { structuredPatch } from 'diff';
import type { Tree } from './tree.ts';

interface NamedTree {
  readonly name: string;
  readonly project: Tree;
}

/**
 * What a tree has that another has not, as `diff -ruN` shows it, but for two things. A hunk is named by the
 * declaration it stands in instead of by its line numbers, which would change with every line above it. A file that
 * is gone is named, not shown.
 */
export function diffTrees(from: NamedTree, to: NamedTree): string {
  const paths = new Set([...Object.keys(from.project), ...Object.keys(to.project)]);
  return [...paths]
    .sort()
    .flatMap((path) => diffFile(path, from, to))
    .map((line) => `${line}\n`)
    .join('');
}

function diffFile(path: string, from: NamedTree, to: NamedTree): string[] {
  const [old, next] = [from.project[path], to.project[path]];
  if (next === undefined) return [`Only in ${from.name}: ${path}`];
  if (old === next) return [];
  const { hunks } = structuredPatch('', '', old ?? '', next, undefined, undefined, { context: 3 });
  const oldLines = (old ?? '').split('\n');
  return [
    `--- ${old === undefined ? '/dev/null' : `${from.name}/${path}`}`,
    `+++ ${to.name}/${path}`,
    ...hunks.flatMap(({ oldStart, lines }) => [headOf(path, oldLines.slice(0, oldStart - 1)), ...lines]),
  ];
}

/** What a hunk stands in, by the kind of its file. */
const HEADS: readonly (readonly [file: RegExp, head: RegExp])[] = [
  [/\.ts$/, /^[A-Za-z]/],
  [/\.md$/, /^#/],
];

function headOf(path: string, above: readonly string[]): string {
  const [, head] = HEADS.find(([file]) => file.test(path)) ?? [];
  const line = head && above.findLast((each) => head.test(each));
  return line === undefined ? '@@' : `@@ ${line}`;
}
