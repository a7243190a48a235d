import { parseArgs } from 'node:util';
import type { ConflictPolicy } from '../../../src/core/answers/options.ts';
import { UserError } from '../../../src/core/errors.ts';
import { reportDiff, reportText } from '../../../src/core/report/report.ts';
import { openProject } from '../../../src/io/write/open.ts';
import { commitChanges } from '../../../src/io/write/transaction.ts';
import { changesToUndo } from '../../../src/io/write/undo.ts';
import { GENERATOR, generate, readRendered } from './generate.ts';

/*
 * The program without its options and templates: what it would render is read from a folder.
 *
 *   program.js <project> <rendered> [flags]
 *   program.js <project> --undo
 */
const { values, positionals } = parseArgs({
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

async function run(): Promise<number> {
  const outcome = await generate(directory, readRendered(folder), {
    run: {
      dryRun: values['dry-run'],
      check: values.check,
      diff: values.diff || undefined,
      onConflict: values['on-conflict'] as ConflictPolicy | undefined,
      restore: values.restore,
    },
    patches: values.patches,
    canAsk: process.stdin.isTTY === true,
  });
  process.stdout.write(values.diff ? reportDiff(outcome.plan, true) : reportText(outcome));
  if (outcome.problem) throw outcome.problem;
  return outcome.exitCode;
}

async function undo(): Promise<number> {
  const { root } = await openProject(directory, GENERATOR);
  await commitChanges(root, await changesToUndo(root));
  return 0;
}

process.exitCode = await (values.undo ? undo() : run()).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  return error.exitCode;
});
