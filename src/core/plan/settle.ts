import { UserError } from '../errors.ts';
import { folderOf } from '../render/rendered-file.ts';
import type { Conflict, Entry } from './entry.ts';
import { markersIn } from './merge.ts';
import type { Plan } from './plan.ts';
import type { Verdict } from './verdicts.ts';

export type ConflictEntry = Entry & Conflict;
export type SettledEntry = Exclude<Entry, { action: 'conflict' | 'refuse' }>;

/** A plan without open conflicts, which can be written. */
export interface SettledPlan {
  readonly entries: readonly SettledEntry[];
  readonly notes: readonly string[];
}

export function conflictsOf(plan: Plan): ConflictEntry[] {
  return plan.entries.filter((entry) => entry.action === 'conflict');
}

export function hasRefusals(plan: Plan): boolean {
  return plan.entries.some(({ action }) => action === 'refuse');
}

/** One verdict for all conflicts. */
export function sameVerdict(plan: Plan, verdict: Verdict): ReadonlyMap<string, Verdict> {
  return new Map(conflictsOf(plan).map(({ id }) => [id, verdict]));
}

/** @throws UserError if the user has to fix something first */
function refuseUnusable(plan: Plan): void {
  const refused = plan.entries.filter((entry) => entry.action === 'refuse');
  if (refused.length === 0) return;
  const problems = refused.map(({ path, problem }) => `${path} ${problem}`);
  const exitCode = refused.some((entry) => entry.exitCode === 2) ? 2 : 4;
  throw new UserError(`${problems.join('\n')}\nNothing was written.`, exitCode);
}

/** @throws UserError if the user has to fix something first, (4) for a conflict without a verdict */
export function settle(plan: Plan): SettledPlan {
  refuseUnusable(plan);
  const open = conflictsOf(plan);
  if (open.length > 0) throw new UserError(describeOpen(open, ownSessionFolder(plan)), 4);
  const isSettled = (entry: Entry): entry is SettledEntry =>
    entry.action !== 'refuse' && entry.action !== 'conflict';
  return { notes: plan.notes, entries: plan.entries.filter(isSettled) };
}

/** Where conflicts are left in files that were written with markers. */
export const markedPlaces = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) =>
    entry.action === 'markers' ? markersIn(entry.text).map((line) => `${entry.path}:${line}`) : [],
  );

/** The conflicts left in files that were written with markers: exit code 4. */
export function leftInMarkers({ entries }: SettledPlan): UserError | undefined {
  const places = markedPlaces(entries);
  if (places.length === 0) return undefined;
  const many = places.length === 1 ? 'A conflict is' : `${places.length} conflicts are`;
  return new UserError(`${many} left, between markers, for you to resolve:\n  ${places.join('\n  ')}`, 4);
}

/** The session folder, if all that is there was there before the first run: it may be a folder of the user's own. */
export function ownSessionFolder({ entries }: Plan): string | undefined {
  const folder = folderOf(entries.find(({ id }) => id === 'session')?.path ?? '');
  const found = entries.filter(({ path, action }) => path.startsWith(folder) && action !== 'create');
  const isOwn = found.every((entry) => entry.action === 'conflict' && entry.reason === 'untracked');
  return folder !== '' && found.length > 0 && isOwn ? folder : undefined;
}

/** What to do where the session folder is the user's own. */
export const anotherFolder = (folder: string): string =>
  `If ${folder} is a folder of your own, --dir <path> writes the sessions to another one.`;

/** Why a file needs a decision. */
export const whyOpen = ({ path, reason }: ConflictEntry): string =>
  reason === 'untracked'
    ? `${path} exists already, and this program has no valid record of it`
    : `${path}: your edits and this version's change the same lines`;

function describeOpen(open: readonly ConflictEntry[], ownFolder: string | undefined): string {
  return [
    `${open.length === 1 ? 'One file needs' : `${open.length} files need`} a decision; nothing was written.`,
    ...open.map((entry) => `  ${whyOpen(entry)}`),
    ...(ownFolder === undefined ? [] : [anotherFolder(ownFolder)]),
    'At a terminal, a run asks. Otherwise, add --on-conflict and one of',
    '  mine     your lines stay',
    '  theirs   the new lines replace yours; your file is backed up',
    '  markers  both, between conflict markers, for you to edit',
  ].join('\n');
}
