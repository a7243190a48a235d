import { rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { sha256 } from '../../core/project/base.ts';
import { JOURNAL, OLD_UNDO, PENDING, STATE_DIR, UNDO } from '../../core/project/state-folder.ts';
import { type Journal, type JournalStep, parseJournal } from '../../core/write/journal.ts';
import { kindOf, lstatIfThere, namesInFolder, readRegular, readText, within } from '../files.ts';
import { unlessAbsent } from '../system-errors.ts';
import { makeFolder, removeFile } from '../write-files.ts';
import { isLock } from './lock.ts';

/** Whether there are traces of a run that failed or is still active. */
export function hasLeftovers(root: string): boolean {
  const names = namesInFolder(join(root, STATE_DIR));
  // A run that was killed after its first step has created an empty folder.
  if (names.length === 0) return lstatIfThere(join(root, STATE_DIR))?.isDirectory() ?? false;
  return names.some((name) => isLock(name) || [PENDING, OLD_UNDO].includes(`${STATE_DIR}/${name}`));
}

/**
 * Creates the folder for the program's own state.
 *
 * @throws UserError if one of the program's own folders is something else, such as a link, or contains foreign files
 */
export function openState(root: string): void {
  makeFolder(join(root, STATE_DIR));
  for (const folder of [STATE_DIR, PENDING, UNDO, OLD_UNDO]) {
    const stats = lstatIfThere(join(root, folder));
    if (stats && !stats.isDirectory())
      throw new UserError(`${folder} must be a directory, not a symbolic link.`);
    if (stats && folder !== STATE_DIR) refuseStrangers(root, folder);
  }
}

/** The content is removed later. That is safe for files, but a folder may contain anything. */
function refuseStrangers(root: string, folder: string): void {
  for (const name of namesInFolder(join(root, folder))) {
    const stats = lstatIfThere(join(root, folder, name));
    if (stats === undefined || stats.isFile()) continue;
    throw new UserError(
      `${folder}/${name} is ${kindOf(stats)}, and was not put there by this program. Delete it, then run again.`,
    );
  }
}

/** The journal of the run to which the folder belongs. */
export function readJournal(root: string, folder: string): Journal | undefined {
  const path = `${folder}/${JOURNAL}`;
  const text = readText(join(root, path), path);
  // Empty after a power failure in a first run: its files are new, and there is nothing to restore.
  return text ? parseJournal(text, path) : undefined;
}

export function hashUnlessAbsent(text: string | undefined): string | undefined {
  return text === undefined ? undefined : sha256(text);
}

export function temporaryFor(target: string, run: string): string {
  return within(dirname(target), `.${basename(target)}.${run}.tmp`);
}

/** Removes the journal first: without it, the rest of the folder has no meaning. */
export function clearFolder(folder: string): void {
  const names = namesInFolder(folder);
  for (const name of names.toSorted((left, right) => Number(right === JOURNAL) - Number(left === JOURNAL))) {
    removeFile(join(folder, name));
  }
  unlessAbsent(() => rmdirSync(folder));
}

/** The content at the path of a step before the run. */
export function savedContent(
  root: string,
  folder: string,
  { path, before }: JournalStep,
  current: Buffer | undefined,
): Buffer | undefined {
  if (!before) return undefined;
  const content =
    before.kind === 'copy'
      ? readRegular(join(root, folder, before.name), `${folder}/${before.name}`)?.bytes
      : current?.subarray(0, before.bytes);
  if (content !== undefined && sha256(content) === before.sha256) return content;
  throw new UserError(
    `The saved copy of ${path} in ${folder} is damaged. Restore the file from version control.`,
  );
}
