import { hunkLines } from './merge.ts';
import type { Entry, Plan } from './plan.ts';
import type { SettledPlan } from './settle.ts';

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
};

const ACTIONS = Object.keys(NAMES) as Action[];
/** Not worth a line each. */
const QUIET: readonly Action[] = ['unchanged', 'advance'];

/** For a person: a line for each file that is touched or left out, then the notes, then the counts. */
export function reportText(plan: Plan | SettledPlan): string {
  const entries: readonly Entry[] = plan.entries;
  const told = ACTIONS.flatMap((action) =>
    QUIET.includes(action) ? [] : entries.filter((entry) => entry.action === action),
  );
  const width = Math.max(0, ...told.map(({ action }) => NAMES[action].length));
  const lines = told.flatMap((entry) => [
    `  ${NAMES[entry.action].padEnd(width)}  ${entry.path}${entry.from === undefined ? '' : ` (from ${entry.from})`}`,
    ...details(entry),
  ]);
  const notes = plan.notes.map((note) => `  note: ${note}`);
  return [...lines, ...notes, summary(entries)].map((line) => `${line}\n`).join('');
}

/** For a program: one JSON value. */
export function reportJson(plan: Plan | SettledPlan, facts: { readonly written: boolean } & object): string {
  const entries: readonly Entry[] = plan.entries;
  const files = entries.map((entry) => ({
    id: entry.id,
    path: entry.path,
    action: entry.action,
    ...(entry.from === undefined ? {} : { from: entry.from }),
    ...(entry.action === 'conflict' ? { reason: entry.reason, hunks: entry.hunks } : {}),
    ...(entry.action === 'refuse' ? { problem: entry.problem } : {}),
  }));
  return `${JSON.stringify({ ...facts, files, notes: plan.notes }, undefined, 2)}\n`;
}

/** Whether a run would write anything. */
export function hasDrift(plan: Plan): boolean {
  const settled: readonly Action[] = ['unchanged', 'keep', 'deleted'];
  return plan.entries.some(({ action }) => !settled.includes(action));
}

function details(entry: Entry): string[] {
  if (entry.action === 'refuse') return [`      ${entry.problem}`];
  if (entry.action !== 'conflict') return [];
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
