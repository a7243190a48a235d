import manifest from '../package.json' with { type: 'json' };
import { undoJson, undoText } from './core/report/undo-report.ts';
import type { Flags } from './flags.ts';
import { readProject } from './io/read/project.ts';
import { tell } from './io/terminal/output.ts';
import { unbroken } from './io/terminal/signals.ts';
import { openProject } from './io/write/open.ts';
import { commitChanges } from './io/write/transaction.ts';
import { changesToUndo, leftInEnv } from './io/write/undo.ts';
import { isPreview } from './regenerate.ts';

/** Takes back what the last run wrote. */
export async function undo({ directory = '.', run }: Flags): Promise<number> {
  const preview = isPreview(run);
  const { root } = await (preview ? readProject : openProject)(directory, manifest.version);
  const changes = await changesToUndo(root);
  const left = await leftInEnv(root);
  if (!preview) await unbroken(() => commitChanges(root, changes));
  tell((run.json ? undoJson : undoText)(changes, left, !preview));
  return 0;
}
