import type { Hunk } from './merge.ts';

/** What happens to one file. */
export type Entry = {
  readonly id: string;
  readonly path: string;
  /** Its current path, if an option moves it. */
  readonly from?: string;
} & Decision;

export type Decision =
  | { readonly action: 'create'; readonly text: string }
  /** Rewritten: `text` was made from `was`, the text on disk. */
  | {
      readonly action: 'update' | 'merge' | 'move' | 'replace' | 'markers';
      readonly was: string;
      readonly text: string;
      /** Whether the user's lines won an overlap, so that new ones are left out. */
      readonly isMine?: true;
    }
  /** Already has the new text: newly recorded, recorded before, or only its base is out of date. */
  | { readonly action: 'adopt' | 'unchanged' | 'advance' }
  /** Edited by the user, and there is nothing new to merge. */
  | { readonly action: 'keep' }
  /** The user removed the file, and it stays removed, also without what has changed in it since. */
  | { readonly action: 'deleted'; readonly isChanged: boolean }
  /** No longer generated, and removed by the user before: recorded, so that it does not come back without a request. */
  | { readonly action: 'absent' }
  /** No longer generated, and never edited. */
  | { readonly action: 'delete'; readonly was: string }
  /** No longer generated; it belongs to the user from now on. */
  | { readonly action: 'release' }
  | Conflict
  /** The user has to fix this before anything can be written. */
  | Refusal;

/** The user has to decide which lines are right. The texts are as they would be written. */
export interface Conflict {
  readonly action: 'conflict';
  /** `untracked`: there was already a file with this name; `overlap`: both sides changed the same lines. */
  readonly reason: 'untracked' | 'overlap';
  /** What is on disk. */
  readonly was: string;
  /** The merged text, with the user's lines for each conflict, the new ones, or both between markers. */
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

/** Which file it is, and where it was before. */
export const placeOf = ({ id, path, from }: Entry): Pick<Entry, 'id' | 'path' | 'from'> =>
  from === undefined ? { id, path } : { id, path, from };

export function refuse(problem: string, exitCode: 2 | 4 = 4): Refusal {
  return { action: 'refuse', exitCode, problem };
}

export const READ_ONLY = refuse('is read-only; make it writable, then run again');
