import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../../src/core/errors.ts';
import { idInHeader } from '../../../src/core/header.ts';
import type { ConflictPolicy } from '../../../src/core/options.ts';
import { patchEnv } from '../../../src/core/patch-env.ts';
import { patchGitignore } from '../../../src/core/patch-gitignore.ts';
import { type Project, textOnDisk, type WorkingTree } from '../../../src/core/project.ts';
import type { RenderedFile } from '../../../src/core/rendered-file.ts';
import { reportDiff, reportText } from '../../../src/core/report.ts';
import { openProject, readProject, readWorkingTree } from '../../../src/io/project.ts';
import { changesToUndo, commitChanges } from '../../../src/io/transaction.ts';
import { isPreview, regenerate } from '../../../src/regenerate.ts';

/*
 * The program without its options and templates: what it would render is read from a folder.
 *
 *   program.js <project> <rendered> [flags]
 *   program.js <project> --undo
 */
const GENERATOR = '1.2.0';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    undo: { type: 'boolean' },
    'dry-run': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    diff: { type: 'boolean' },
    'on-conflict': { type: 'string' },
    restore: { type: 'string', multiple: true, default: [] },
    /** Patches .gitignore and .env, too. */
    patches: { type: 'boolean', default: false },
  },
});
const [directory = '', folder = ''] = positionals;

function readRendered(): RenderedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const path = file.slice(folder.length + 1);
      const text = readFileSync(file, 'utf8');
      return { id: idInHeader(text) ?? path.toLowerCase().replace(/[^a-z0-9]+/g, '-'), path, text };
    });
}

function patchesFor(tree: WorkingTree) {
  const raw = (path: string) => textOnDisk(tree, path);
  const entry = { name: 'APP_KEYS', comment: 'Keys.', example: '', secret: 'random-keys' } as const;
  return [
    { id: 'gitignore', path: '.gitignore', text: patchGitignore(raw('.gitignore'), ['.env']), notes: [] },
    { id: 'env', path: '.env', ...patchEnv(raw('.env'), [entry], {}, () => 'a-key') },
  ];
}

async function generate(): Promise<number> {
  const run = {
    dryRun: values['dry-run'],
    check: values.check,
    diff: values.diff || undefined,
    onConflict: values['on-conflict'] as ConflictPolicy | undefined,
    restore: values.restore,
  };
  const project: Project = await (isPreview(run) ? readProject : openProject)(directory, GENERATOR);
  const rendered = readRendered();
  const tree = await readWorkingTree(project, rendered);
  const outcome = await regenerate({
    project,
    rendered,
    patches: values.patches ? patchesFor(tree) : [],
    tree,
    remembered: { generator: GENERATOR, project: project.kind, answers: {} },
    run,
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

process.exitCode = await (values.undo ? undo() : generate()).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  return error.exitCode;
});
