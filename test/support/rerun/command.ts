import { parseArgs } from 'node:util';
import type { ConflictPolicy } from '../../../src/core/answers/run-flags.ts';
import { UserError } from '../../../src/core/errors.ts';
import { plain } from '../../../src/core/report/paint.ts';
import { reportDiff, reportText } from '../../../src/core/report/report.ts';
import { openProject } from '../../../src/io/write/open.ts';
import { commitChanges } from '../../../src/io/write/transaction.ts';
import { changesToUndo } from '../../../src/io/write/undo.ts';
import { isPreview } from '../../../src/regenerate.ts';
import { GENERATOR, generate, readRendered } from './generate.ts';

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The program without its options and templates: the rendered files are read from a folder.
 *
 * @param args `<project> <rendered> [flags]`, or `<project> --undo`
 */
export async function carryOut(args: readonly string[], canAsk: boolean): Promise<Ended> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      undo: { type: 'boolean' },
      'dry-run': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      diff: { type: 'boolean' },
      'on-conflict': { type: 'string' },
      restore: { type: 'string', multiple: true, default: [] },
      patches: { type: 'boolean', default: false },
    },
  });
  const [directory = '', folder = ''] = positionals;
  let stdout = '';
  try {
    if (values.undo) {
      const { root } = await openProject(directory, GENERATOR);
      await commitChanges(root, changesToUndo(root));
      return { exitCode: 0, stdout, stderr: '' };
    }
    const outcome = await generate(directory, readRendered(folder), {
      run: {
        dryRun: values['dry-run'],
        check: values.check,
        diff: values.diff || undefined,
        onConflict: values['on-conflict'] as ConflictPolicy | undefined,
        restore: values.restore,
      },
      patches: values.patches,
      canAsk,
    });
    stdout = values.diff ? reportDiff(outcome.plan, true, plain) : reportText(outcome, plain);
    const isPlanned =
      isPreview({ dryRun: values['dry-run'], check: values.check, diff: undefined }) || outcome.problem;
    if (!values.diff && isPlanned && !outcome.written) stdout += 'Nothing was written.\n';
    if (outcome.problem) throw outcome.problem;
    return { exitCode: outcome.exitCode, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { exitCode: error.exitCode, stdout, stderr: `error: ${error.message}\n` };
  }
}
