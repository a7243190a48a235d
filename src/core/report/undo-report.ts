import { isOfState } from '../project/state-folder.ts';
import type { Change } from '../write/changes.ts';
import type { Paint, Style } from './paint.ts';
import { noteText } from './report.ts';
import { wrapped } from './wrap.ts';

/** What the run wrote to `.env`: the whole file, or lines that were added to an existing one. */
export type LeftInEnv = 'file' | 'lines';

const LEFT: Readonly<Record<LeftInEnv, string>> = { file: '.env', lines: 'What the run added to .env' };

const SHOWN_CHANGES: Readonly<Record<ReturnType<typeof actionOf>, readonly [sign: string, style: Style]>> = {
  created: ['+', 'good'],
  restored: ['~', 'changed'],
  removed: ['-', 'warning'],
};

export const WAS_UNDONE = 'The last run was undone; another undo brings it back.';

export interface Undone {
  readonly changes: readonly Change[];
  /** What is not undone in `.env`. */
  readonly left: LeftInEnv | undefined;
  readonly written: boolean;
}

/** The text for the user: what the undo of the last run does to each file, and what it leaves. */
export function undoText(
  { changes, left, written }: Undone,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  const lines = actionsOf(changes).map(({ path, action }) => {
    const [sign, style] = SHOWN_CHANGES[action];
    return `${paint(style, `${sign} ${action.padEnd(8)}`)}  ${path}`;
  });
  const notes = notesOn(left).map((note) => noteText(note, paint, columns));
  const end = written ? WAS_UNDONE : 'Nothing was written.';
  return [...lines, ...notes, paint('strong', wrapped(end, columns).join('\n'))]
    .map((line) => `${line}\n`)
    .join('');
}

/** The files in the output of `--json`. */
export const undoFacts = ({ changes, left, written }: Undone) => ({
  written,
  files: actionsOf(changes),
  notes: notesOn(left),
});

const notesOn = (left: LeftInEnv | undefined): string[] =>
  left
    ? [
        `${LEFT[left]} stays, since no copy of its secrets is kept, and git still ignores it. Delete it if nothing needs it.`,
      ]
    : [];

function actionsOf(changes: readonly Change[]) {
  return changes
    .filter(({ path }) => !isOfState(path))
    .map(({ path, before, after }) => ({ path, action: actionOf(before, after) }));
}

function actionOf(before: string | undefined, after: string | undefined): 'created' | 'removed' | 'restored' {
  if (before === undefined) return 'created';
  return after === undefined ? 'removed' : 'restored';
}
