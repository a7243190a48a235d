import type { Manifest } from './manifest.ts';

/** What stands at a path of the project. */
export type OnDisk =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly text: string; readonly isReadOnly: boolean }
  /** What is there is no text file of the project's own; `problem` says what it is. */
  | { readonly kind: 'unusable'; readonly problem: string };

/** What earlier runs left, and what the project says of itself. */
export interface Project {
  /** Absolute, with symbolic links resolved. */
  readonly root: string;
  /** `new` when this program made it: its package.json, tsconfig and README are then the program's to write. */
  readonly kind: 'new' | 'existing';
  readonly name: string;
  /** How its own imports end, by its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  readonly manifest: Manifest | undefined;
  /** What should be said to the user about what was read. */
  readonly warnings: readonly string[];
}

/** The files of a project that a plan is made of. */
export interface WorkingTree {
  /** By path relative to the project; covers each path a plan may touch. */
  readonly files: ReadonlyMap<string, OnDisk>;
  /** Path by id, for files that were recorded elsewhere and lie here now. */
  readonly moved: ReadonlyMap<string, string>;
}

const ABSENT: OnDisk = { kind: 'absent' };

export function onDisk(tree: WorkingTree, path: string): OnDisk {
  return tree.files.get(path) ?? ABSENT;
}
