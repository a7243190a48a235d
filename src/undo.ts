import manifest from '../package.json' with { type: 'json' };
import { UserError } from './core/errors.ts';
import { undoFacts, undoText, WAS_UNDONE } from './core/report/undo-report.ts';
import type { Ending } from './ending.ts';
import type { Flags } from './flags.ts';
import { readProject } from './io/read/project.ts';
import { paintFor, tell } from './io/terminal/output.ts';
import { unbroken } from './io/terminal/signals.ts';
import { columnsOf } from './io/terminal/standard.ts';
import { openProject } from './io/write/open.ts';
import { commitChanges } from './io/write/transaction.ts';
import { changesToUndo, leftInEnv } from './io/write/undo.ts';
import { isPreview } from './regenerate.ts';

/** Undoes what the last run wrote. With `--check`, 3 means that there is something to undo. */
export async function undo({ directory = '.', run }: Flags): Promise<Ending> {
  const preview = isPreview(run);
  const { root } = await (preview ? readProject : openProject)(directory, manifest.version);
  const changes = changesToUndo(root);
  if (changes.length === 0 && !run.check) throw new UserError(`There is no run to undo in ${root}.`);
  const left = leftInEnv(root);
  if (!preview) await unbroken(() => commitChanges(root, changes), { written: true, text: WAS_UNDONE });
  const undone = { changes, left, written: !preview };
  if (!run.json) tell(undoText(undone, paintFor('stdout'), columnsOf('stdout')));
  return { exitCode: run.check && changes.length > 0 ? 3 : 0, facts: undoFacts(undone) };
}
