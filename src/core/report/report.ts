import { UserError } from '../errors.ts';
import { type Conflict, type Entry, placeOf } from '../plan/entry.ts';
import { hunkLines, markersIn } from '../plan/merge.ts';
import type { Plan } from '../plan/plan.ts';
import type { SettledPlan } from '../plan/settle.ts';
import { asProjectPath } from '../project/paths.ts';
import { STATE_DIR } from '../project/state-folder.ts';
import { backupPath, fileChanges } from '../write/changes.ts';
import { lineCounts, unifiedDiff } from './diff.ts';
import type { Paint, Style } from './paint.ts';
import { wrapped } from './wrap.ts';

type Action = Entry['action'];

/** How each action is shown: a sign, a word and a style. */
const SHOWN_ACTIONS: Readonly<Record<Action, readonly [sign: string, name: string, style: Style]>> = {
  create: ['+', 'created', 'good'],
  update: ['~', 'updated', 'changed'],
  merge: ['*', 'merged', 'mixed'],
  move: ['>', 'moved', 'changed'],
  replace: ['~', 'replaced', 'warning'],
  markers: ['!', 'marked', 'bad'],
  delete: ['-', 'deleted', 'warning'],
  conflict: ['!', 'in conflict', 'bad'],
  refuse: ['!', 'refused', 'bad'],
  keep: ['=', 'kept', 'quiet'],
  release: ['=', 'no longer tracked', 'warning'],
  deleted: ['=', 'stays deleted', 'quiet'],
  adopt: ['=', 'adopted', 'good'],
  advance: ['=', 'already up to date', 'quiet'],
  unchanged: ['=', 'unchanged', 'quiet'],
  absent: ['=', 'neither generated nor there', 'quiet'],
};

/** In the order of the report and its summary. */
export const ACTIONS = Object.keys(SHOWN_ACTIONS) as Action[];
/** These do not get a line each. */
const QUIET: readonly Action[] = ['unchanged', 'advance', 'absent'];

/** A plan, and whether it was carried out. */
export interface Reported {
  readonly plan: Plan | SettledPlan;
  readonly written: boolean;
  /** Present if another version of the program wrote the project last. */
  readonly upgrade?: Upgrade | undefined;
  /** Whether the saved state of the project changes. */
  readonly changesRecord?: boolean;
}

export interface Upgrade {
  readonly from: string;
  readonly to: string;
}

/** The text for the user: a line for each file that is changed or skipped, then the notes, then the counts. */
export function reportText(
  { plan, upgrade, changesRecord }: Omit<Reported, 'written'>,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  const entries: readonly Entry[] = plan.entries;
  const told = ACTIONS.flatMap((action) =>
    QUIET.includes(action) ? [] : entries.filter((entry) => entry.action === action),
  );
  const width = Math.max(0, ...told.map(({ action }) => SHOWN_ACTIONS[action][1].length));
  const lines = told.flatMap((entry) => [fileLine(entry, width, paint), ...details(entry, paint)]);
  const isRecordAlone = changesRecord === true && !entries.some(isTouched);
  const notes = [
    ...(isRecordAlone ? [`only ${STATE_DIR} changes, the record of this program`] : []),
    ...plan.notes,
  ];
  return [
    ...(upgrade ? [upgradeLine(upgrade, entries)] : []),
    ...lines,
    ...notes.map((note) => noteText(note, paint, columns)),
    summary(entries),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Indented, and broken between words. */
export const noteText = (note: string, paint: Paint, columns: number): string =>
  wrapped(`note: ${note}`, columns - 2)
    .map((line) => `  ${line}`)
    .join('\n')
    .replace('note:', (label) => paint('warning', label));

function fileLine(entry: Entry, width: number, paint: Paint): string {
  const [sign, name, style] = SHOWN_ACTIONS[entry.action];
  return `${paint(style, `${sign} ${name.padEnd(width)}`)}  ${entry.path}${paint('quiet', asides(entry))}`;
}

/** The files in the output of `--json`. */
export function reportFacts({ plan, written, upgrade }: Reported) {
  const files = plan.entries.map((entry: Entry) => ({
    ...placeOf(entry),
    action: entry.action,
    ...(entry.action === 'replace' ? { backup: backupPath(entry.path, entry.was) } : {}),
    ...(entry.action === 'conflict' ? { reason: entry.reason, hunks: entry.hunks } : {}),
    ...(entry.action === 'markers' ? { lines: markersIn(entry.text) } : {}),
    ...(entry.action === 'refuse' ? { problem: entry.problem } : {}),
  }));
  return { written, ...(upgrade ? { upgrade } : {}), files, notes: plan.notes };
}

/**
 * The changes of one path or of all in the unified format, ready for `git apply`: each below a line that says what
 * happens to the file, and with a summary at the end. A conflict is shown with its markers.
 *
 * @throws UserError for a path that is not in the plan
 */
export function reportDiff(plan: Plan | SettledPlan, of: string | true, paint: Paint): string {
  const path = of === true ? undefined : asProjectPath(of);
  const shown: readonly Entry[] = plan.entries.filter(
    (entry) => path === undefined || entry.path === path || entry.from === path,
  );
  if (shown.length === 0) {
    throw new UserError(
      `--diff: ${of} is not a file that this program writes. A path begins in the project, as in src/app.ts`,
    );
  }
  const changed = shown.filter((entry) => fileChanges(entry).length > 0);
  const texts = changed.map((entry) => {
    const diff = fileChanges(entry).map((change) => unifiedDiff(change, paint));
    return `${fileLine(entry, 0, paint)}${countText([entry])}\n${diff.join('')}`;
  });
  const end =
    changed.length === 0
      ? 'No differences.'
      : `${filesText(changed)}: ${summary(changed)};${countText(changed)} lines`;
  return [...texts, `${end}\n`].join('\n');
}

function countText(entries: readonly Entry[]): string {
  const counts = entries.flatMap(fileChanges).map(lineCounts);
  const sum = (of: 'added' | 'removed'): number => counts.reduce((total, each) => total + each[of], 0);
  return ` +${sum('added')} -${sum('removed')}`;
}

/** Whether the action changes a file of the project. */
const isTouched = ({ action }: Entry): boolean =>
  !['unchanged', 'keep', 'deleted', 'adopt', 'advance', 'absent'].includes(action);

const upgradeLine = ({ from, to }: Upgrade, entries: readonly Entry[]): string =>
  `Update ${from} → ${to}: ${filesText(entries.filter(isTouched))}`;

const filesText = ({ length }: readonly Entry[]): string => (length === 1 ? '1 file' : `${length} files`);

function asides(entry: Entry): string {
  const { action, path, from } = entry;
  const all = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(action === 'replace' ? [`theirs; mine is in ${backupPath(path, entry.was)}`] : []),
    ...(action === 'keep' || 'isMine' in entry
      ? [`mine${action === 'keep' ? '' : ' where both changed'}; --restore ${path} takes theirs`]
      : []),
    ...(action === 'deleted' && entry.isChanged ? ['has changed since'] : []),
    ...(action === 'deleted' ? [`--restore ${path} brings it back`] : []),
    ...(action === 'markers' ? [`resolve ${linesText(markersIn(entry.text))}`] : []),
  ];
  return all.length === 0 ? '' : ` (${all.join('; ')})`;
}

const linesText = (lines: readonly number[]): string =>
  `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;

function details(entry: Entry, paint: Paint): string[] {
  if (entry.action === 'refuse') return [`      ${entry.problem}`];
  if (entry.action !== 'conflict') return [];
  if (entry.reason === 'untracked')
    return ['      differs, and this program has no valid record of it; --diff shows how'];
  return hunksText(entry, paint).map((line) => `      ${line}`);
}

/** The lines of a conflict, each overlap below the number of its first line. Markers are highlighted. */
export const hunksText = ({ hunks }: Pick<Conflict, 'hunks'>, paint: Paint): string[] =>
  hunks.flatMap((hunk) => [
    paint('strong', `line ${hunk.line}:`),
    ...hunkLines(hunk).map((line) => paintMarker(line, paint)),
  ]);

const paintMarker = (line: string, paint: Paint): string =>
  /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/.test(line) ? paint('bad', line) : line;

function summary(entries: readonly Entry[]): string {
  const counts = ACTIONS.flatMap((action) => {
    const count = entries.filter((entry) => entry.action === action).length;
    return count === 0 ? [] : [`${count} ${SHOWN_ACTIONS[action][1]}`];
  });
  return counts.length === 0 ? 'Nothing to do.' : counts.join(', ');
}
