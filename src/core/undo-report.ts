import type { Change } from './changes.ts';
import { STATE_DIR } from './manifest.ts';

/** For a person: what taking the last run back does to each file. */
export function undoText(changes: readonly Change[], written: boolean): string {
  const lines = told(changes).map(({ path, action }) => `  ${action.padEnd(8)}  ${path}`);
  const end = written ? 'The last run was taken back; undo again brings it back.' : 'Nothing was written.';
  return [...lines, end].map((line) => `${line}\n`).join('');
}

/** For a program: one JSON value. */
export function undoJson(changes: readonly Change[], written: boolean): string {
  return `${JSON.stringify({ written, files: told(changes) }, undefined, 2)}\n`;
}

function told(changes: readonly Change[]) {
  return changes
    .filter(({ path }) => !path.startsWith(`${STATE_DIR}/`))
    .map(({ path, before, after }) => ({ path, action: actionOf(before, after) }));
}

function actionOf(before: string | undefined, after: string | undefined): 'created' | 'removed' | 'restored' {
  if (before === undefined) return 'created';
  return after === undefined ? 'removed' : 'restored';
}
