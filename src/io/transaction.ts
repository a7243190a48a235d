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
  inParallel,
  locator,
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
  const locate = locator(root);
  const current = await inParallel(steps, async ({ path }) => textAt(await locate(path)));
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
    const work = await prepare(root, await unlessDone(root, changes));
    await inParallel(work, writeTemporary);
    await switchOver(root, work);
    await commit(root);
  } catch (error) {
    await rollBack(root);
    throw error;
  }
}

/** A change, and where its file really lies. */
interface Located {
  readonly change: Change;
  readonly target: string;
}

interface Work extends Located {
  readonly step: Step;
  /** Where the new text is written before it takes the place of the old one. */
  readonly temporary: string;
}

/** The changes still to be made: a backup of the same text, say, may be there already. */
async function unlessDone(root: string, changes: readonly Change[]): Promise<Located[]> {
  const locate = locator(root);
  const located = await inParallel(changes, async (change): Promise<Located[]> => {
    const { path, before, after } = change;
    if (!isWritablePath(path)) throw new Error(`${path} is not this program's to write`);
    const target = await locate(path);
    const current = await fingerprint(target);
    if (current === hashUnlessAbsent(after)) return [];
    if (current === hashUnlessAbsent(before)) return [{ change, target }];
    throw new UserError(
      `${path} was changed while this run was being planned; nothing was written. Run it again.`,
      4,
    );
  });
  return located.flat();
}

/** Copies what is about to change and writes the journal. Nothing of the project is touched yet. */
async function prepare(root: string, located: readonly Located[]): Promise<Work[]> {
  const run = randomBytes(6).toString('hex');
  await writeNew(join(root, PENDING, '.gitignore'), '*\n');
  const work = await inParallel(located, async ({ change, target }, index): Promise<Work> => {
    const before = await save(join(root, PENDING), `${index}`, target, change);
    const step = { path: change.path, before, after: hashUnlessAbsent(change.after) };
    return { change, target, step, temporary: temporaryFor(target, run) };
  });
  const journal = formatJournal({ run, steps: work.map(({ step }) => step) });
  await writeNew(join(root, PENDING, `${JOURNAL}.tmp`), journal, 0o600);
  await rename(join(root, PENDING, `${JOURNAL}.tmp`), join(root, PENDING, JOURNAL));
  await syncDirectory(join(root, PENDING));
  return work;
}

async function save(
  folder: string,
  name: string,
  target: string,
  { before, after }: Change,
): Promise<Saved | undefined> {
  if (before === undefined) return undefined;
  const mode = (await stat(target)).mode & 0o777;
  const known = { sha256: hashOf(before), mode };
  if (after?.startsWith(before)) return { ...known, kind: 'prefix', bytes: Buffer.byteLength(before) };
  await writeNew(join(folder, name), before, mode);
  return { ...known, kind: 'copy', name };
}

async function writeTemporary({ change, step, temporary }: Work): Promise<void> {
  if (change.after === undefined) return;
  const mode = step.before?.mode ?? (change.path === ENV_FILE ? 0o600 : undefined);
  await writeNew(temporary, change.after, mode);
}

/** One after the other, so that the manifest, which is last, never tells of what is not there. */
async function switchOver(root: string, work: readonly Work[]): Promise<void> {
  for (const { change, target, temporary } of work) {
    if (change.after === undefined) await removeFile(target);
    else await rename(temporary, target);
  }
  const folders = new Set(work.map(({ target }) => dirname(target)));
  await inParallel([...folders], syncDirectory);
  for (const { change, target } of work)
    if (change.after === undefined) await pruneEmpty(root, dirname(target));
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
  const locate = locator(root);
  const edited: string[] = [];
  for (const step of steps.toReversed()) {
    const target = await locate(step.path);
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

function temporaryFor(target: string, run: string): string {
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
