import { diff3Merge, diffComm } from 'node-diff3';
import { UserError } from '../errors.ts';
import { hasConflictMarkers, plainText } from '../project/text.ts';

/** Labels of the markers that this program writes; git's own markers are also recognized. */
const MINE = '<<<<<<< mine';
const BASE = '||||||| base, as last generated';
const MIDDLE = '=======';
const THEIRS = '>>>>>>> theirs, newly generated';

/** A range where both sides changed the same lines. */
export interface Hunk {
  /** First line of the range in the file on disk, counted from 1. */
  readonly line: number;
  readonly base: readonly string[];
  readonly mine: readonly string[];
  readonly theirs: readonly string[];
}

export type Merged = { readonly clean: true; readonly text: string } | Overlapping;

/** Three results, which differ only in the overlaps. */
export interface Overlapping {
  readonly clean: false;
  readonly hunks: readonly Hunk[];
  readonly mine: string;
  readonly theirs: string;
  readonly marked: string;
}

/** Three-way merge of plain texts, by lines. */
export function mergeTexts(base: string, mine: string, theirs: string): Merged {
  const regions = diff3Merge(mine.split('\n'), base.split('\n'), theirs.split('\n'));
  return joinRegions(
    regions.map(({ ok, conflict }) =>
      conflict
        ? { line: conflict.aIndex + 1, base: conflict.o, mine: conflict.a, theirs: conflict.b }
        : (ok ?? []),
    ),
  );
}

/** Without a base, it is not known who changed what, so every difference is a conflict. */
export function mergeWithoutBase(mine: string, theirs: string): Merged {
  let line = 1;
  return joinRegions(
    diffComm(mine.split('\n'), theirs.split('\n')).map((part) => {
      const start = line;
      line += (part.common ?? part.buffer1).length;
      return part.common ?? { line: start, base: [], mine: part.buffer1, theirs: part.buffer2 };
    }),
  );
}

/** @throws UserError (4) for unresolved markers of an earlier merge */
export function refuseMarkers(file: string, plain: string): void {
  if (hasConflictMarkers(plain))
    throw new UserError(`${file} has conflict markers; resolve them, then run again.`, 4);
}

/** The lines, counted from 1, at which conflicts begin. */
export function markersIn(text: string): number[] {
  return plainText(text)
    .split('\n')
    .flatMap((line, at) => (/^<{7}(?: |$)/.test(line) ? [at + 1] : []));
}

export function hunkLines({ base, mine, theirs }: Hunk): string[] {
  const middle = base.length === 0 ? [] : [BASE, ...base];
  return [MINE, ...mine, ...middle, MIDDLE, ...theirs, THEIRS];
}

function joinRegions(regions: readonly (readonly string[] | Hunk)[]): Merged {
  const hunks = regions.filter((region) => 'line' in region);
  const join = (linesOf: (hunk: Hunk) => readonly string[]) =>
    regions.flatMap((region) => ('line' in region ? linesOf(region) : region)).join('\n');
  if (hunks.length === 0) return { clean: true, text: join(() => []) };
  return {
    clean: false,
    hunks,
    mine: join(({ mine }) => mine),
    theirs: join(({ theirs }) => theirs),
    marked: join(hunkLines),
  };
}
