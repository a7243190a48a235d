import { type Conflict, type Entry, placeOf } from './entry.ts';

/** Which lines win in an overlap: the user's, the new ones (the user's file is backed up), or both, with markers. */
export type Verdict = 'mine' | 'theirs' | 'markers';

/** The entries with the decisions of the user. */
export function withVerdicts(entries: readonly Entry[], verdicts: ReadonlyMap<string, Verdict>): Entry[] {
  return entries.map((entry) => {
    const verdict = verdicts.get(entry.id);
    return verdict === undefined || entry.action !== 'conflict' ? entry : settleEntry(entry, verdict);
  });
}

function settleEntry(entry: Entry & Conflict, verdict: Verdict): Entry {
  const { from, was, mine, theirs, marked } = entry;
  const place = placeOf(entry);
  if (verdict === 'theirs') return { ...place, action: 'replace', was, text: theirs };
  if (verdict === 'markers') return { ...place, action: 'markers', was, text: marked };
  if (mine === was && from === undefined) return { ...place, action: 'keep' };
  return { ...place, action: mine === was ? 'move' : 'merge', was, text: mine, isMine: true };
}
