import manifest from '../package.json' with { type: 'json' };
import { UserError } from './core/errors.ts';
import { undoFacts, undoText } from './core/report/undo-report.ts';
import type { Ending } from './ending.ts';
import type { Flags } from './flags.ts';
import { readProject } from './io/read/project.ts';
import { paintFor, tell } from './io/terminal/output.ts';
import { unbroken } from './io/terminal/signals.ts';
import { openProject } from './io/write/open.ts';
import { commitChanges } from './io/write/transaction.ts';
import { changesToUndo, leftInEnv } from './io/write/undo.ts';
import { isPreview } from './regenerate.ts';

const TAKEN_BACK = { written: true, text: 'The last run was undone; another undo brings it back.' };

const NOTHING_TO_TAKE_BACK = 'There is no run to undo in this project.';

/** Undoes what the last run wrote. With `--check`, 3 means that there is something to undo. */
export async function undo({ directory = '.', run }: Flags): Promise<Ending> {
  const preview = isPreview(run);
  const { root } = await (preview ? readProject : openProject)(directory, manifest.version);
  const changes = await changesToUndo(root);
  if (changes.length === 0 && !run.check) throw new UserError(NOTHING_TO_TAKE_BACK);
  const left = await leftInEnv(root);
  if (!preview) await unbroken(() => commitChanges(root, changes), TAKEN_BACK);
  const undone = { changes, left, written: !preview };
  if (!run.json) tell(undoText(undone, paintFor('stdout')));
  return { exitCode: run.check && changes.length > 0 ? 3 : 0, facts: undoFacts(undone) };
}
