import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OLD_UNDO, PENDING, UNDO } from '../../core/project/state-folder.ts';
import type { Step } from '../../core/write/journal.ts';
import {
  errorCode,
  fingerprint,
  locator,
  pruneEmpty,
  removeFile,
  statIfThere,
  unlessAbsent,
  writeNew,
} from '../files.ts';
import { clearFolder, readJournal, savedContent, temporaryFor, textAt } from './state.ts';

/**
 * Puts back what a run left half-way; may itself be killed, and done again. Needs the lock. Returns the files that
 * were edited since and so were left alone.
 */
export async function rollBack(root: string): Promise<readonly string[]> {
  const { run, steps } = (await readJournal(root, PENDING)) ?? { run: '', steps: [] };
  const locate = locator(root);
  const edited: string[] = [];
  for (const step of steps.toReversed()) {
    const target = locate(step.path);
    await removeFile(temporaryFor(target, run));
    if (!(await restore(root, step, target, run))) edited.push(step.path);
    await pruneEmpty(root, dirname(target));
  }
  await clearFolder(join(root, PENDING));
  await restoreUndo(root);
  return edited;
}

/** False for a file that is neither the old one nor the new one: a person has been at it since. */
async function restore(root: string, step: Step, target: string, run: string): Promise<boolean> {
  const current = await fingerprint(target);
  if (current === step.before?.sha256) return true;
  if (current !== step.after) return false;
  const content = await savedContent(root, PENDING, step, await textAt(target));
  if (content === undefined) await removeFile(target);
  else await putBack(root, step, target, content, run);
  return true;
}

/** A copy is moved back, as that needs no space on a full disk; but not from one file system to another. */
async function putBack(
  root: string,
  { before }: Step,
  target: string,
  content: Buffer,
  run: string,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (before?.kind === 'copy' && (await move(join(root, PENDING, before.name), target))) return;
  await writeNew(temporaryFor(target, run), content, before?.mode);
  await rename(temporaryFor(target, run), target);
}

async function move(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EXDEV') return false;
    throw error;
  }
}

/** A kill between the two renames of `commit` leaves the undo of the run before under its other name. */
async function restoreUndo(root: string): Promise<void> {
  if (statIfThere(join(root, UNDO))) return clearFolder(join(root, OLD_UNDO));
  await unlessAbsent(rename(join(root, OLD_UNDO), join(root, UNDO)));
}
