import type { Hunk } from './merge.ts';

/** What is to become of one file. */
export type Entry = {
  readonly id: string;
  readonly path: string;
  /** Where it lies now, when it is to lie elsewhere because an option says so. */
  readonly from?: string;
} & Outcome;

export type Outcome =
  | { readonly action: 'create'; readonly text: string }
  /** Rewritten: `text` was made from `was`, the text on disk. */
  | {
      readonly action: 'update' | 'merge' | 'move' | 'replace' | 'markers';
      readonly was: string;
      readonly text: string;
    }
  /** Says already what would be written: known from now on, known all along, or only its base is behind. */
  | { readonly action: 'adopt' | 'unchanged' | 'advance' }
  /** Edited by the user, and nothing new to bring in. */
  | { readonly action: 'keep' }
  /** The user removed the file, and it stays removed. */
  | { readonly action: 'deleted' }
  /** No longer generated, and removed by the user before: remembered, so that it does not come back unasked. */
  | { readonly action: 'absent' }
  /** No longer generated, and never edited. */
  | { readonly action: 'delete'; readonly was: string }
  /** No longer generated, and the user's from now on. */
  | { readonly action: 'release' }
  | Conflict
  /** Must be mended by the user before anything can be written. */
  | Refusal;

/** Only a person can say which lines are right. The texts are as they would be written. */
export interface Conflict {
  readonly action: 'conflict';
  /** `untracked`: a file of that name was there before; `overlap`: both sides changed the same lines. */
  readonly reason: 'untracked' | 'overlap';
  /** What is on disk. */
  readonly was: string;
  /** All that goes together, and of what does not, the user's lines, the new ones, or both between markers. */
  readonly mine: string;
  readonly theirs: string;
  readonly marked: string;
  readonly hunks: readonly Hunk[];
}

export interface Refusal {
  readonly action: 'refuse';
  readonly exitCode: 2 | 4;
  /** Worded to follow the path. */
  readonly problem: string;
}

export function refuse(problem: string, exitCode: 2 | 4 = 4): Refusal {
  return { action: 'refuse', exitCode, problem };
}
