import { structuredPatch } from 'diff';
import type { Tree } from './tree.ts';

interface NamedTree {
  readonly name: string;
  readonly project: Tree;
}

/**
 * The difference between two trees, as `diff -ruN` shows it, with two exceptions. A hunk has the name of its
 * declaration instead of line numbers, which would change with every line above it. A removed file is named, not shown.
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

/** Finds the declaration that a hunk is in, for each kind of file. */
const HEADS: readonly (readonly [file: RegExp, head: RegExp])[] = [
  [/\.ts$/, /^[A-Za-z]/],
  [/\.md$/, /^#/],
];

function headOf(path: string, above: readonly string[]): string {
  const [, head] = HEADS.find(([file]) => file.test(path)) ?? [];
  const line = head && above.findLast((each) => head.test(each));
  return line === undefined ? '@@' : `@@ ${line}`;
}
