import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { ENV_FILE } from '../../core/project/paths.ts';
import { BACKUP_IGNORE, isOfState, OLD_UNDO, PENDING, UNDO } from '../../core/project/state-folder.ts';
import { backupPath } from '../../core/write/changes.ts';
import type { JournalStep } from '../../core/write/journal.ts';
import { lstatIfThere, readRegular, readText, statIfThere } from '../files.ts';
import { fingerprint } from '../fingerprint.ts';
import { type Locate, locator } from '../locate.ts';
import { reasonOf, unless, unlessAbsent } from '../system-errors.ts';
import { makeFolder, removeEmpty, removeFile, writeNew } from '../write-files.ts';
import { clearFolder, readJournal, savedContent, temporaryFor } from './state.ts';

/** A file that was edited after the run that was rolled back. */
export interface Edited {
  readonly path: string;
  /** The path of its text from before the run; undefined if the file did not exist. */
  readonly copy: string | undefined;
}

/**
 * Undoes the changes of an interrupted run. Can itself be killed and repeated. Needs the lock.
 *
 * @throws UserError (4) that names files that cannot be restored; all others are, and the saved copies stay
 */
export async function rollBack(root: string): Promise<readonly Edited[]> {
  const { run, steps } = readJournal(root, PENDING) ?? { run: '', steps: [] };
  const locate = locator(root);
  const edited: Edited[] = [];
  const stuck: string[] = [];
  for (const step of steps.toReversed()) {
    try {
      if (!(await restore(root, step, locate, run))) edited.push(await keepCopy(root, step));
      removeEmpty(dirname(join(root, step.path)), root);
    } catch (error) {
      stuck.push(`  ${step.path}: ${whyStuck(error)}${savedAs(step)}`);
    }
  }
  if (stuck.length > 0) throw new UserError([NOT_PUT_BACK, ...stuck, WHAT_NEXT].join('\n'), 4);
  clearFolder(join(root, PENDING));
  restoreUndo(root);
  return edited;
}

const NOT_PUT_BACK = 'An interrupted run could not be undone completely:';
const WHAT_NEXT = `Fix that, and run it again: each run tries this before anything else. To give up these files instead, delete ${PENDING}.`;

function whyStuck(error: unknown): string {
  const reason = error instanceof UserError ? error.message : reasonOf(error);
  if (reason === undefined) throw error;
  return reason;
}

const savedAs = ({ before }: JournalStep): string =>
  before?.kind === 'copy' ? ` (its text is in ${PENDING}/${before.name})` : '';

/** False for a file with neither the old nor the new content: it was edited since. */
async function restore(root: string, step: JournalStep, locate: Locate, run: string): Promise<boolean> {
  const { real: target, isLink } = locate(step.path);
  removeFile(temporaryFor(target, run));
  const current = fingerprint(target);
  if (current === step.before?.sha256) return true;
  if (current !== step.after || (isLink && step.before === undefined)) return false;
  const content = savedContent(root, PENDING, step, readRegular(target)?.bytes);
  if (content === undefined) removeFile(target);
  else await putBack(root, step, target, content, run);
  return true;
}

/** A copy is moved back, since that needs no space on a full disk; between file systems, it is copied. */
async function putBack(
  root: string,
  { before }: JournalStep,
  target: string,
  content: Buffer,
  run: string,
): Promise<void> {
  makeFolder(dirname(target));
  if (before?.kind === 'copy' && move(join(root, PENDING, before.name), target)) return;
  await writeNew(temporaryFor(target, run), content, before?.mode);
  renameSync(temporaryFor(target, run), target);
}

function move(from: string, to: string): boolean {
  const moved = unless(['EXDEV'], () => {
    renameSync(from, to);
    return true;
  });
  return moved ?? false;
}

/** Saves the copies that the user may still want, before the journal and its copies are removed. */
async function keepCopy(root: string, { path, before }: JournalStep): Promise<Edited> {
  if (before?.kind !== 'copy' || isOfState(path) || path === ENV_FILE) return { path, copy: undefined };
  const saved = join(root, PENDING, before.name);
  const text = readText(saved);
  if (text === undefined) return { path, copy: undefined };
  const copy = backupPath(path, text);
  if (!lstatIfThere(join(root, BACKUP_IGNORE))) await writeNew(join(root, BACKUP_IGNORE), '*\n');
  makeFolder(dirname(join(root, copy)));
  renameSync(saved, join(root, copy));
  return { path, copy };
}

/** A kill between the two renames of `commit` leaves the undo data of the previous run under its temporary name. */
function restoreUndo(root: string): void {
  if (statIfThere(join(root, UNDO))) clearFolder(join(root, OLD_UNDO));
  else unlessAbsent(() => renameSync(join(root, OLD_UNDO), join(root, UNDO)));
}
