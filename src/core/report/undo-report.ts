import { STATE_DIR } from '../project/manifest.ts';
import type { Change } from '../write/changes.ts';

/** Of what the run wrote to `.env`: all of it, or the lines that were added to one that was there. */
export type LeftInEnv = 'file' | 'lines';

const NOTES: Readonly<Record<LeftInEnv, string>> = {
  file: '.env stays, since no copy of its secrets is kept, and git goes on ignoring it. Delete it if nothing needs it.',
  lines:
    'What the run added to .env stays, since no copy of its secrets is kept, and git goes on ignoring it. Delete those lines if nothing needs them.',
};

/** For a person: what taking the last run back does to each file, and what it leaves. */
export function undoText(changes: readonly Change[], left: LeftInEnv | undefined, written: boolean): string {
  const lines = told(changes).map(({ path, action }) => `  ${action.padEnd(8)}  ${path}`);
  const notes = notesOn(left).map((note) => `  note: ${note}`);
  const end = written ? 'The last run was taken back; undo again brings it back.' : 'Nothing was written.';
  return [...lines, ...notes, end].map((line) => `${line}\n`).join('');
}

/** For a program: one JSON value. */
export function undoJson(changes: readonly Change[], left: LeftInEnv | undefined, written: boolean): string {
  return `${JSON.stringify({ written, files: told(changes), notes: notesOn(left) }, undefined, 2)}\n`;
}

const notesOn = (left: LeftInEnv | undefined): string[] => (left ? [NOTES[left]] : []);

function told(changes: readonly Change[]) {
  return changes
    .filter(({ path }) => !path.startsWith(`${STATE_DIR}/`))
    .map(({ path, before, after }) => ({ path, action: actionOf(before, after) }));
}

function actionOf(before: string | undefined, after: string | undefined): 'created' | 'removed' | 'restored' {
  if (before === undefined) return 'created';
  return after === undefined ? 'removed' : 'restored';
}
