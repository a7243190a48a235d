import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Change } from '../core/changes.ts';
import { UserError } from '../core/errors.ts';
import { formatJournal, type Journal, parseJournal, type Saved, type Step } from '../core/journal.ts';
import { STATE_DIR } from '../core/manifest.ts';
import { isWritablePath } from '../core/paths.ts';
import {
  errorCode,
  fingerprint,
  hashOf,
  locate,
  pruneEmpty,
  removeFile,
  syncDirectory,
  unlessAbsent,
  writeNew,
} from './files.ts';
import { isLock, withLock } from './lock.ts';

/*
 * How a run is all or nothing. `pending/` takes a copy of each file that is about to change, and a journal, whose
 * appearance begins the transaction: from then on a kill is mended by rolling back. The new texts are written beside
 * their targets, and only when all are on the disk are they renamed into place. Renaming `pending/` to `undo/` ends
 * the transaction, and what is in it takes the run back on request.
 */
const PENDING = `${STATE_DIR}/pending`;
const UNDO = `${STATE_DIR}/undo`;
const OLD_UNDO = `${STATE_DIR}/undo.old`;
/** What a run that ended well does not leave. */
const LEFT_BEHIND = [PENDING, OLD_UNDO];
const JOURNAL = 'journal.json';
const ENV_FILE = '.env';

/**
 * Makes all the changes or none.
 *
 * @throws UserError (4) when a file is no longer what the plan was made for, or cannot be written; all is as before
 */
export async function commitChanges(root: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  try {
    await openState(root);
    await withLock(root, () => carryOut(root, changes));
  } catch (error) {
    await pruneEmpty(root, join(root, STATE_DIR));
    throw asUserError(root, error);
  }
}

/** Whether a run was stopped half-way, so that the next one has to put its changes back first. */
export async function isInterrupted(root: string): Promise<boolean> {
  return (await unlessAbsent(stat(join(root, PENDING, JOURNAL)))) !== undefined;
}

/**
 * Puts back what a stopped run left half-way, after waiting for one that is still at it. Returns the files that were
 * edited since and so were left alone.
 */
export async function repairInterrupted(root: string): Promise<readonly string[]> {
  const names = (await unlessAbsent(readdir(join(root, STATE_DIR)))) ?? [];
  if (!names.some((name) => isLock(name) || LEFT_BEHIND.includes(`${STATE_DIR}/${name}`))) return [];
  await openState(root);
  return withLock(root, () => rollBack(root));
}

/**
 * What takes the last run back, as changes to commit; that, too, can be taken back. `.env` is left as it is: no copy
 * of its secrets is kept.
 *
 * @throws UserError (2) when there is nothing to take back, (4) when a file was edited since
 */
export async function changesToUndo(root: string): Promise<Change[]> {
  const journal = await readJournal(root, UNDO);
  const steps = journal?.steps.filter(({ path }) => path !== ENV_FILE) ?? [];
  if (steps.length === 0) throw new UserError('There is no run to take back in this project.');
  const current = await Promise.all(steps.map(async ({ path }) => textAt(await locate(root, path))));
  const edited = steps.filter(({ after }, index) => hashUnlessAbsent(current[index]) !== after);
  if (edited.length > 0) {
    const list = edited.map(({ path }) => `  ${path}`).join('\n');
    throw new UserError(
      `Edited since the last run, so that run cannot be taken back; nothing was written:\n${list}`,
      4,
    );
  }
  return Promise.all(
    steps.map(async (step, index) => ({
      path: step.path,
      before: current[index],
      after: (await savedContent(root, UNDO, step, current[index]))?.toString(),
    })),
  );
}

async function openState(root: string): Promise<void> {
  await mkdir(join(root, STATE_DIR), { recursive: true });
  for (const folder of [STATE_DIR, PENDING, UNDO, OLD_UNDO]) {
    const stats = await unlessAbsent(lstat(join(root, folder)));
    if (stats && !stats.isDirectory())
      throw new UserError(`${folder} must be a directory, and no symbolic link.`);
  }
}

async function carryOut(root: string, changes: readonly Change[]): Promise<void> {
  await rollBack(root);
  try {
    const pending = await unlessDone(root, changes);
    const journal = await prepare(root, pending);
    await writeTemporaries(root, journal, pending);
    await switchOver(root, journal);
    await commit(root);
  } catch (error) {
    await rollBack(root);
    throw error;
  }
}

/** The changes still to be made: a backup of the same text, say, may be there already. */
async function unlessDone(root: string, changes: readonly Change[]): Promise<Change[]> {
  const pending: Change[] = [];
  for (const change of changes) {
    const current = await fingerprint(await locate(root, change.path));
    if (current === hashUnlessAbsent(change.after)) continue;
    if (current !== hashUnlessAbsent(change.before)) {
      throw new UserError(
        `${change.path} was changed while this run was being planned; nothing was written. Run it again.`,
        4,
      );
    }
    pending.push(change);
  }
  return pending;
}

/** Copies what is about to change and writes the journal. Nothing of the project is touched yet. */
async function prepare(root: string, changes: readonly Change[]): Promise<Journal> {
  const steps: Step[] = [];
  await writeNew(join(root, PENDING, '.gitignore'), '*\n');
  for (const [index, { path, before, after }] of changes.entries()) {
    if (!isWritablePath(path)) throw new Error(`${path} is not this program's to write`);
    const target = await locate(root, path);
    const saved = before === undefined ? undefined : await save(root, `${index}`, target, before, after);
    steps.push({ path, before: saved, after: hashUnlessAbsent(after) });
  }
  const journal = { run: randomBytes(6).toString('hex'), steps };
  await writeNew(join(root, PENDING, `${JOURNAL}.tmp`), formatJournal(journal), 0o600);
  await rename(join(root, PENDING, `${JOURNAL}.tmp`), join(root, PENDING, JOURNAL));
  await syncDirectory(join(root, PENDING));
  return journal;
}

async function save(
  root: string,
  name: string,
  target: string,
  before: string,
  after?: string,
): Promise<Saved> {
  const mode = (await stat(target)).mode & 0o777;
  const known = { sha256: hashOf(before), mode };
  if (after?.startsWith(before)) return { ...known, kind: 'prefix', bytes: Buffer.byteLength(before) };
  await writeNew(join(root, PENDING, name), before, mode);
  return { ...known, kind: 'copy', name };
}

async function writeTemporaries(
  root: string,
  { run, steps }: Journal,
  changes: readonly Change[],
): Promise<void> {
  for (const [index, { path, before }] of steps.entries()) {
    const text = changes[index]?.after;
    if (text === undefined) continue;
    const mode = before?.mode ?? (path === ENV_FILE ? 0o600 : undefined);
    await writeNew(temporary(await locate(root, path), run), text, mode);
  }
}

async function switchOver(root: string, { run, steps }: Journal): Promise<void> {
  const folders = new Set<string>();
  for (const { path, after } of steps) {
    const target = await locate(root, path);
    folders.add(dirname(target));
    if (after === undefined) await removeFile(target);
    else await rename(temporary(target, run), target);
  }
  for (const folder of folders) {
    await syncDirectory(folder);
    await pruneEmpty(root, folder);
  }
}

async function commit(root: string): Promise<void> {
  await unlessAbsent(rename(join(root, UNDO), join(root, OLD_UNDO)));
  await rename(join(root, PENDING), join(root, UNDO));
  // All is done, so nothing here may fail the run; what is left behind is removed by the next one.
  await syncDirectory(join(root, STATE_DIR)).catch(() => {});
  await clearFolder(join(root, OLD_UNDO)).catch(() => {});
}

async function rollBack(root: string): Promise<readonly string[]> {
  const { run, steps } = (await readJournal(root, PENDING)) ?? { run: '', steps: [] };
  const edited: string[] = [];
  for (const step of steps.toReversed()) {
    const target = await locate(root, step.path);
    await removeFile(temporary(target, run));
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

/** A copy is moved back, as that needs no space on a full disk. */
async function putBack(
  root: string,
  { before }: Step,
  target: string,
  content: Buffer,
  run: string,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const isCopy = before?.kind === 'copy';
  if (!isCopy) await writeNew(temporary(target, run), content, before?.mode);
  await rename(isCopy ? join(root, PENDING, before.name) : temporary(target, run), target);
}

/** A kill between the two renames of `commit` leaves the undo of the run before under its other name. */
async function restoreUndo(root: string): Promise<void> {
  if (await unlessAbsent(stat(join(root, UNDO)))) return clearFolder(join(root, OLD_UNDO));
  await unlessAbsent(rename(join(root, OLD_UNDO), join(root, UNDO)));
}

async function savedContent(
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

async function readJournal(root: string, folder: string): Promise<Journal | undefined> {
  const path = `${folder}/${JOURNAL}`;
  const text = await textAt(join(root, path));
  return text === undefined ? undefined : parseJournal(text, path);
}

async function textAt(path: string): Promise<string | undefined> {
  return unlessAbsent(readFile(path, 'utf8'));
}

function hashUnlessAbsent(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hashOf(text);
}

function temporary(target: string, run: string): string {
  return join(dirname(target), `.${basename(target)}.${run}.tmp`);
}

/** The journal goes first: without it, what is left of the folder means nothing. */
async function clearFolder(folder: string): Promise<void> {
  const names = (await unlessAbsent(readdir(folder))) ?? [];
  for (const name of names.toSorted((left, right) => Number(right === JOURNAL) - Number(left === JOURNAL))) {
    await removeFile(join(folder, name));
  }
  await unlessAbsent(rmdir(folder));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is missing',
  EPERM: 'permission is missing',
  EROFS: 'the file system is read-only',
  EIO: 'the disk failed',
  EFBIG: 'the file system does not take files of that size',
};

function asUserError(root: string, error: unknown): unknown {
  const reason = REASONS[errorCode(error) ?? ''];
  if (reason === undefined || !(error instanceof Error)) return error;
  const path = 'path' in error && typeof error.path === 'string' ? shown(root, error.path) : 'the project';
  return new UserError(`Cannot write ${path}: ${reason}. All is as it was before.`, 4, { cause: error });
}

/** For a temporary file, the one that it would have become. */
function shown(root: string, path: string): string {
  const target = basename(path).replace(/^\.(.+)\.[0-9a-f]{12}\.tmp$/, '$1');
  return relative(root, join(dirname(path), target));
}
