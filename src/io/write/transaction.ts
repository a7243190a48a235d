import { randomBytes } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { STATE_DIR } from '../../core/project/manifest.ts';
import { isWritablePath } from '../../core/project/paths.ts';
import { ENV_FILE, JOURNAL, OLD_UNDO, PENDING, UNDO } from '../../core/project/state-folder.ts';
import type { Change } from '../../core/write/changes.ts';
import { formatJournal, type Saved, type Step } from '../../core/write/journal.ts';
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
} from '../files.ts';
import { withLock } from './lock.ts';
import { rollBack } from './rollback.ts';
import { clearFolder, hashUnlessAbsent, hasLeftovers, openState, temporaryFor } from './state.ts';

/*
 * How a run is all or nothing. `pending/` takes a copy of each file that is about to change, and a journal, whose
 * appearance begins the transaction: from then on a kill is mended by rolling back. The new texts are written beside
 * their targets, and only when all are on the disk are they renamed into place. Renaming `pending/` to `undo/` ends
 * the transaction, and what is in it takes the run back on request.
 */

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

/**
 * Puts back what a stopped run left half-way, after waiting for one that is still at it. Returns the files that were
 * edited since and so were left alone.
 */
export async function repairInterrupted(root: string): Promise<readonly string[]> {
  if (!(await hasLeftovers(root))) return [];
  await openState(root);
  return withLock(root, () => rollBack(root));
}

async function carryOut(root: string, changes: readonly Change[]): Promise<void> {
  await rollBack(root);
  try {
    const work = await prepare(root, await unlessDone(root, changes));
    await makeFolders(work);
    await inParallel(work, (each) => writeTemporary(each, modeOf(each, work)));
    await switchOver(root, work);
    await commit(root);
  } catch (error) {
    await rollBack(root).catch((cause: unknown) => {
      throw new UserError(NOT_PUT_BACK, 4, { cause });
    });
    throw error;
  }
}

const NOT_PUT_BACK =
  'The run failed, and not all of it could be put back. The next run does that before anything else.';

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
    const target = locate(path);
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
  { path, before, after }: Change,
): Promise<Saved | undefined> {
  if (before === undefined) return undefined;
  const mode = (await stat(target)).mode & 0o777;
  const known = { sha256: hashOf(before), mode };
  if (after?.startsWith(before)) return { ...known, kind: 'prefix', bytes: Buffer.byteLength(before) };
  if (path === ENV_FILE) throw new Error(`${path} is only ever added to`);
  await writeNew(join(folder, name), before, mode);
  return { ...known, kind: 'copy', name };
}

/** Each folder once; some hold many of the files. */
async function makeFolders(work: readonly Work[]): Promise<void> {
  const written = work.filter(({ change }) => change.after !== undefined);
  const folders = new Set(written.map(({ temporary }) => dirname(temporary)));
  await inParallel([...folders], (folder) => mkdir(folder, { recursive: true }));
}

async function writeTemporary({ change, temporary }: Work, mode: number | undefined): Promise<void> {
  if (change.after !== undefined) await writeNew(temporary, change.after, mode);
}

/** The one that the file has, had in another place or had before; what is new has what the umask leaves. */
function modeOf({ change, step }: Work, all: readonly Work[]): number | undefined {
  if (step.before) return step.before.mode;
  const source = all.find(({ step: { path } }) => path === change.from);
  return source?.step.before?.mode ?? change.mode ?? (change.path === ENV_FILE ? 0o600 : undefined);
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
