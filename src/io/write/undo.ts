import { UserError } from '../../core/errors.ts';
import { patchGitignore } from '../../core/patch/gitignore.ts';
import { ENV_FILE, UNDO } from '../../core/project/state-folder.ts';
import type { LeftInEnv } from '../../core/report/undo-report.ts';
import type { Change } from '../../core/write/changes.ts';
import { inParallel, locator, statIfThere } from '../files.ts';
import { hashUnlessAbsent, readJournal, savedContent, textAt } from './state.ts';

const IGNORE_FILE = '.gitignore';

/**
 * What takes the last run back, as changes to commit; that, too, can be taken back. `.env` is left as it is: no copy
 * of its secrets is kept. As long as it is there, git is to ignore it.
 *
 * @throws UserError (2) when there is nothing to take back, (4) when a file was edited since
 */
export async function changesToUndo(root: string): Promise<Change[]> {
  const journal = await readJournal(root, UNDO);
  const steps = journal?.steps.filter(({ path }) => path !== ENV_FILE) ?? [];
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
  const isEnvThere = statIfThere(locate(ENV_FILE)) !== undefined;
  const restored = await Promise.all(
    steps.map(async (step, index) => {
      const before = current[index];
      const saved = (await savedContent(root, UNDO, step, before))?.toString();
      const after = isEnvThere && step.path === IGNORE_FILE ? patchGitignore(saved, [ENV_FILE]) : saved;
      return { path: step.path, before, after, mode: step.before?.mode };
    }),
  );
  const changes = restored.filter(({ before, after }) => before !== after);
  if (changes.length === 0) throw new UserError('There is no run to take back in this project.');
  return changes;
}

/** What the last run did to `.env`, and is not taken back with it. */
export async function leftInEnv(root: string): Promise<LeftInEnv | undefined> {
  const journal = await readJournal(root, UNDO);
  const step = journal?.steps.find(({ path }) => path === ENV_FILE);
  if (step === undefined || !statIfThere(locator(root)(ENV_FILE))) return undefined;
  return step.before === undefined ? 'file' : 'lines';
}
