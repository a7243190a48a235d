import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { STATE_DIR } from '../../core/project/manifest.ts';
import { JOURNAL, OLD_UNDO, PENDING, UNDO } from '../../core/project/state-folder.ts';
import { type Journal, parseJournal, type Step } from '../../core/write/journal.ts';
import { hashOf, lstatIfThere, reading, removeFile, statIfThere, unlessAbsent } from '../files.ts';
import { isLock } from './lock.ts';

const MAX_JOURNAL_BYTES = 2_000_000;

/** Whether there is anything that a run which ended well does not leave, or another one that is still at it. */
export async function hasLeftovers(root: string): Promise<boolean> {
  const folder = join(root, STATE_DIR);
  const names = (await reading(folder, unlessAbsent(readdir(folder)))) ?? [];
  return names.some((name) => isLock(name) || [PENDING, OLD_UNDO].includes(`${STATE_DIR}/${name}`));
}

/** @throws UserError where a folder of the program's own is something else, such as a link to elsewhere */
export async function openState(root: string): Promise<void> {
  await mkdir(join(root, STATE_DIR), { recursive: true });
  for (const folder of [STATE_DIR, PENDING, UNDO, OLD_UNDO]) {
    const stats = lstatIfThere(join(root, folder));
    if (stats && !stats.isDirectory())
      throw new UserError(`${folder} must be a directory, and no symbolic link.`);
  }
}

/** Of the run whose folder it is. */
export async function readJournal(root: string, folder: string): Promise<Journal | undefined> {
  const path = `${folder}/${JOURNAL}`;
  const stats = statIfThere(join(root, path));
  if (stats && stats.size > MAX_JOURNAL_BYTES)
    throw new UserError(`${path} is too large to be one. Delete it.`);
  const text = await textAt(join(root, path));
  return text === undefined ? undefined : parseJournal(text, path);
}

export async function textAt(path: string): Promise<string | undefined> {
  return reading(path, unlessAbsent(readFile(path, 'utf8')));
}

export function hashUnlessAbsent(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hashOf(text);
}

export function temporaryFor(target: string, run: string): string {
  return join(dirname(target), `.${basename(target)}.${run}.tmp`);
}

/** The journal goes first: without it, what is left of the folder means nothing. */
export async function clearFolder(folder: string): Promise<void> {
  const names = (await unlessAbsent(readdir(folder))) ?? [];
  for (const name of names.toSorted((left, right) => Number(right === JOURNAL) - Number(left === JOURNAL))) {
    await removeFile(join(folder, name));
  }
  await unlessAbsent(rmdir(folder));
}

/** What was at the path of a step before the run. */
export async function savedContent(
  root: string,
  folder: string,
  { path, before }: Step,
  current: string | undefined,
): Promise<Buffer | undefined> {
  if (!before) return undefined;
  const content =
    before.kind === 'copy'
      ? await readFile(join(root, folder, before.name))
      : Buffer.from(current ?? '').subarray(0, before.bytes);
  if (hashOf(content) === before.sha256) return content;
  throw new UserError(
    `The saved copy of ${path} in ${folder} is damaged. Restore the file from version control.`,
  );
}
