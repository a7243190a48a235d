import { UserError } from '../../core/errors.ts';
import { patchGitignore } from '../../core/patch/gitignore.ts';
import { sha256 } from '../../core/project/base.ts';
import { ENV_FILE } from '../../core/project/paths.ts';
import { UNDO } from '../../core/project/state-folder.ts';
import type { LeftInEnv } from '../../core/report/undo-report.ts';
import type { Change } from '../../core/write/changes.ts';
import type { JournalStep } from '../../core/write/journal.ts';
import { readRegular } from '../files.ts';
import { type Locate, locator } from '../locate.ts';
import { onlyReadingSync, PathError } from '../system-errors.ts';
import { readJournal, savedContent } from './state.ts';

const IGNORE_FILE = '.gitignore';

/**
 * The changes that undo the last run, and can themselves be undone. `.env` is not changed, since no copy of its secrets
 * is kept, and git still has to ignore it. Empty if there is no run to undo.
 *
 * @throws UserError (4) if a file was edited since
 */
export function changesToUndo(root: string): Change[] {
  return onlyReadingSync(root, () => listUndoing(root));
}

function listUndoing(root: string): Change[] {
  const steps = readJournal(root, UNDO)?.steps.filter(({ path }) => path !== ENV_FILE) ?? [];
  const locate = locator(root);
  const current = steps.map((step) => asTheRunLeftIt(locate, step));
  const edited = steps.filter((_, index) => current[index] === 'edited');
  if (edited.length > 0) {
    const list = edited.map(({ path }) => `  ${path}`).join('\n');
    throw new UserError(
      `Edited or deleted since the last run. Take that back first, then undo again; nothing was written:\n${list}`,
      4,
    );
  }
  const isEnvThere = locate(ENV_FILE).stats !== undefined;
  const restored = steps.map((step, index): Change => {
    const now = current[index];
    const found = now instanceof Buffer ? now : undefined;
    const saved = savedContent(root, UNDO, step, found)?.toString();
    const after = isEnvThere && step.path === IGNORE_FILE ? patchGitignore(saved, [ENV_FILE]) : saved;
    return { path: step.path, before: found?.toString(), after, mode: step.before?.mode };
  });
  return restored.filter(({ before, after }) => before !== after);
}

/** What is at the path of a step; `edited` for anything other than the result of the run. */
function asTheRunLeftIt(locate: Locate, { path, before, after }: JournalStep): Buffer | undefined | 'edited' {
  try {
    const { real, isLink } = locate(path);
    const found = readRegular(real, path)?.bytes;
    // Undoing the creation would remove a file that is now a link.
    if (isLink && before === undefined) return 'edited';
    return (found && sha256(found)) === after ? found : 'edited';
  } catch (error) {
    if (error instanceof PathError && !error.isHidden) return 'edited';
    throw error;
  }
}

/** What the last run did to `.env`, which is not undone. */
export function leftInEnv(root: string): LeftInEnv | undefined {
  return onlyReadingSync(root, () => {
    const step = readJournal(root, UNDO)?.steps.find(({ path }) => path === ENV_FILE);
    if (step === undefined || locator(root)(ENV_FILE).stats === undefined) return undefined;
    return step.before === undefined ? 'file' : 'lines';
  });
}
