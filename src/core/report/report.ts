import { UserError } from '../errors.ts';
import type { Entry } from '../plan/entry.ts';
import { hunkLines } from '../plan/merge.ts';
import type { Plan } from '../plan/plan.ts';
import type { SettledPlan } from '../plan/settle.ts';
import { backupPath, fileChanges } from '../write/changes.ts';
import { unifiedDiff } from './diff.ts';

type Action = Entry['action'];

/** What each action is called in the report, in the order of the summary. */
const NAMES: Readonly<Record<Action, string>> = {
  create: 'created',
  update: 'updated',
  merge: 'merged',
  move: 'moved',
  replace: 'replaced',
  markers: 'marked',
  delete: 'deleted',
  conflict: 'in conflict',
  refuse: 'refused',
  keep: 'kept',
  release: 'no longer tracked',
  deleted: 'stays deleted',
  adopt: 'adopted',
  advance: 'already up to date',
  unchanged: 'unchanged',
  absent: 'neither generated nor there',
};

const ACTIONS = Object.keys(NAMES) as Action[];
/** Not worth a line each. */
const QUIET: readonly Action[] = ['unchanged', 'advance', 'absent'];

/** What was planned, and whether it was also written. */
export interface Reported {
  readonly plan: Plan | SettledPlan;
  readonly written: boolean;
}

/** For a person: a line for each file that is touched or left out, then the notes, then the counts. */
export function reportText({ plan, written }: Reported): string {
  const entries: readonly Entry[] = plan.entries;
  const told = ACTIONS.flatMap((action) =>
    QUIET.includes(action) ? [] : entries.filter((entry) => entry.action === action),
  );
  const width = Math.max(0, ...told.map(({ action }) => NAMES[action].length));
  const lines = told.flatMap((entry) => [
    `  ${NAMES[entry.action].padEnd(width)}  ${entry.path}${asides(entry)}`,
    ...details(entry),
  ]);
  const notes = plan.notes.map((note) => `  note: ${note}`);
  const end = written ? [] : ['Nothing was written.'];
  return [...lines, ...notes, summary(entries), ...end].map((line) => `${line}\n`).join('');
}

/**
 * For a program: one JSON value.
 *
 * @param facts what else it says
 */
export function reportJson({ plan, written }: Reported, facts: object = {}): string {
  const files = plan.entries.map((entry: Entry) => ({
    id: entry.id,
    path: entry.path,
    action: entry.action,
    ...(entry.from === undefined ? {} : { from: entry.from }),
    ...(entry.action === 'replace' ? { backup: backupPath(entry.path, entry.was) } : {}),
    ...(entry.action === 'conflict' ? { reason: entry.reason, hunks: entry.hunks } : {}),
    ...(entry.action === 'refuse' ? { problem: entry.problem } : {}),
  }));
  return `${JSON.stringify({ written, ...facts, files, notes: plan.notes }, undefined, 2)}\n`;
}

/**
 * The changes in the unified format, of one path or of all. A conflict is shown with its markers.
 *
 * @throws UserError for a path that is not in the plan
 */
export function reportDiff(plan: Plan | SettledPlan, of: string | true): string {
  const path = of === true ? undefined : of.replace(/^(?:\.\/)+/, '');
  const shown = plan.entries.filter(
    (entry) => path === undefined || entry.path === path || entry.from === path,
  );
  if (shown.length === 0)
    throw new UserError(`--diff: ${of} is no file of this project that the program writes.`);
  return shown.flatMap(fileChanges).map(unifiedDiff).join('');
}

/** Belongs to one machine and is not committed: elsewhere it is missing without anything being out of date. */
const OF_THE_MACHINE = '.env';

/** Whether a run would change anything of the project. */
export function hasDrift(plan: Plan | SettledPlan): boolean {
  const settled: readonly Action[] = ['unchanged', 'keep', 'deleted', 'absent'];
  const entries: readonly Entry[] = plan.entries;
  return entries.some(({ action, path }) => path !== OF_THE_MACHINE && !settled.includes(action));
}

function asides(entry: Entry): string {
  const from = entry.from === undefined ? [] : [`from ${entry.from}`];
  const backup = entry.action === 'replace' ? [`yours is in ${backupPath(entry.path, entry.was)}`] : [];
  const all = [...from, ...backup];
  return all.length === 0 ? '' : ` (${all.join('; ')})`;
}

function details(entry: Entry): string[] {
  if (entry.action === 'refuse') return [`      ${entry.problem}`];
  if (entry.action !== 'conflict') return [];
  if (entry.reason === 'untracked')
    return ['      differs, and what was generated is not known; --diff shows how'];
  return entry.hunks.flatMap((hunk) => [
    `      line ${hunk.line}:`,
    ...hunkLines(hunk).map((line) => `      ${line}`),
  ]);
}

function summary(entries: readonly Entry[]): string {
  const counts = ACTIONS.flatMap((action) => {
    const count = entries.filter((entry) => entry.action === action).length;
    return count === 0 ? [] : [`${count} ${NAMES[action]}`];
  });
  return counts.length === 0 ? 'Nothing to do.' : counts.join(', ');
}
