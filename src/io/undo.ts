import type { Change } from '../core/changes.ts';
import { UserError } from '../core/errors.ts';
import { inParallel, locator } from './files.ts';
import { ENV_FILE, hashUnlessAbsent, readJournal, savedContent, textAt, UNDO } from './state.ts';

/**
 * What takes the last run back, as changes to commit; that, too, can be taken back. `.env` is left as it is: no copy
 * of its secrets is kept.
 *
 * @throws UserError (2) when there is nothing to take back, (4) when a file was edited since
 */
export async function changesToUndo(root: string): Promise<Change[]> {
  const journal = await readJournal(root, UNDO);
  const steps = journal?.steps.filter(({ path }) => path !== ENV_FILE) ?? [];
  if (steps.length === 0) throw new UserError('There is no run to take back in this project.');
  const locate = locator(root);
  const current = await inParallel(steps, async ({ path }) => textAt(locate(path)));
  const edited = steps.filter(({ after }, index) => hashUnlessAbsent(current[index]) !== after);
  if (edited.length > 0) {
    const list = edited.map(({ path }) => `  ${path}`).join('\n');
    throw new UserError(
      `Edited since the last run, so that run cannot be taken back; nothing was written:\n${list}`,
      4,
    );
  }
  return Promise.all(
    steps.map(async (step, index) => ({
      path: step.path,
      before: current[index],
      after: (await savedContent(root, UNDO, step, current[index]))?.toString(),
    })),
  );
}
