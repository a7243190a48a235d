import { randomBytes } from 'node:crypto';
import { renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { sha256 } from '../../core/project/base.ts';
import { ENV_FILE, isWritablePath } from '../../core/project/paths.ts';
import { JOURNAL, OLD_UNDO, PENDING, STATE_DIR, UNDO } from '../../core/project/state-folder.ts';
import { type Change, ofTheProject } from '../../core/write/changes.ts';
import { formatJournal, type JournalStep, type Saved } from '../../core/write/journal.ts';
import { nearestFolder } from '../files.ts';
import { fingerprint } from '../fingerprint.ts';
import { type Located, locator } from '../locate.ts';
import { inParallel } from '../parallel.ts';
import { isInterrupted } from '../read/saved-state.ts';
import { asUserError, onlyReadingSync, unlessAbsent } from '../system-errors.ts';
import {
  makeFolder,
  removeEmpty,
  removeFile,
  syncDirectory,
  writeNew,
  writeUnwaited,
} from '../write-files.ts';
import { type Lock, withLock } from './lock.ts';
import { type Edited, rollBack } from './rollback.ts';
import { clearFolder, hashUnlessAbsent, hasLeftovers, openState, temporaryFor } from './state.ts';

/*
 * How a run is all or nothing. `pending/` gets a copy of each file that is about to change, and a journal. The journal
 * begins the transaction: from then on, the next run rolls back after a kill. The new texts are written next to their
 * targets, and are renamed into place when all of them are on the disk. Renaming `pending/` to `undo/` ends the
 * transaction, and `undo` restores the files from there.
 */

/** How a run writes. */
interface Writing {
  readonly write: typeof writeNew;
  readonly sync: typeof syncDirectory;
}

/** A power failure loses nothing that was there before. */
const LASTING: Writing = { write: writeNew, sync: syncDirectory };

/** For a folder that this run creates: nothing in it is anyone's yet, and after a power failure, it can be created again. */
const FRESH: Writing = { write: writeUnwaited, sync: async () => {} };

/**
 * Makes all the changes or none.
 *
 * @throws UserError (4) if another program changed a file, or a file cannot be written; everything is as before
 */
export async function commitChanges(root: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const existing = onlyReadingSync(root, () => nearestFolder(root));
  try {
    openState(root);
    const writing = existing === root ? LASTING : FRESH;
    await withLock(root, (lock) => carryOut(root, changes, lock, writing));
  } catch (error) {
    removeEmpty(join(root, STATE_DIR), existing);
    throw asUserError(root, error, 'write', 'Everything is as it was before.');
  }
}

/**
 * Undoes the changes of an interrupted run, after waiting for an active one. Returns the files that were edited since,
 * which are not changed.
 *
 * @throws UserError (4) if that is not possible
 */
export async function repairInterrupted(root: string): Promise<readonly Edited[]> {
  if (!onlyReadingSync(root, () => hasLeftovers(root))) return [];
  try {
    openState(root);
    const edited = await withLock(root, () => rollBack(root));
    removeEmpty(join(root, STATE_DIR), root);
    return edited;
  } catch (error) {
    // The leftovers of a run that ended do no harm. The next run that may write here removes them.
    if (!isInterrupted(root) && !(error instanceof UserError)) return [];
    throw asUserError(root, error, 'write', STILL_HALF_WAY);
  }
}

const STILL_HALF_WAY = 'An earlier run was interrupted half-way, and its changes have to be undone first.';

async function carryOut(
  root: string,
  changes: readonly Change[],
  lock: Lock,
  writing: Writing,
): Promise<void> {
  await rollBack(root);
  try {
    const work = await prepare(root, unlessDone(root, changes), writing);
    makeFolders(work);
    await inParallel(work, (each) => writeTemporary(each, modeOf(each, work), writing));
    lock.confirm();
    await switchOver(root, work, writing);
    // After a run that only completes .env, the one before can still be undone.
    if (work.some(({ change }) => ofTheProject(change))) await commit(root, writing);
    else clearFolder(join(root, PENDING));
  } catch (error) {
    lock.confirm();
    const cause = asUserError(root, error, 'write', '');
    await rollBack(root).catch((stuck: unknown) => {
      throw bothOf(cause, stuck);
    });
    throw error;
  }
}

/** What failed, and that it could not be undone. */
function bothOf(cause: unknown, stuck: unknown): unknown {
  if (!(cause instanceof UserError)) return cause;
  const reason = stuck instanceof UserError ? stuck.message : STILL_HALF_WAY;
  return new UserError(`${cause.message.trimEnd()}\n${reason}`, 4, { cause: stuck });
}

/** A change, with the real path of its file and the SHA-256 of its result. */
interface LocatedChange {
  readonly change: Change;
  readonly target: string;
  readonly after: string | undefined;
}

interface Work extends LocatedChange {
  readonly step: JournalStep;
  /** The path at which the new text is written before it replaces the old one. */
  readonly temporary: string;
}

/** The changes that are still necessary: for example, a backup of the same text may already exist. */
function unlessDone(root: string, changes: readonly Change[]): LocatedChange[] {
  const locate = locator(root);
  return changes.flatMap((change): LocatedChange[] => {
    const { path, before } = change;
    if (!isWritablePath(path)) throw new Error(`${path} is not this program's to write`);
    const place = locate(path);
    const current = fingerprint(place.real);
    const after = hashUnlessAbsent(change.after);
    if (current === after) return [];
    if (current === hashUnlessAbsent(before) && !isLinkToRemove(place, change)) {
      return [{ change, target: place.real, after }];
    }
    throw new UserError(
      `${path} was changed while this run was being planned; nothing was written. Run it again.`,
      4,
    );
  });
}

/** Removing a link would remove the file that it leads to. No plan does that. */
const isLinkToRemove = ({ isLink }: Located, { after }: Change): boolean => isLink && after === undefined;

/** Copies what is about to change and writes the journal. Nothing of the project is touched yet. */
async function prepare(
  root: string,
  located: readonly LocatedChange[],
  { write, sync }: Writing,
): Promise<Work[]> {
  const run = randomBytes(6).toString('hex');
  const pending = join(root, PENDING);
  await writeUnwaited(join(pending, '.gitignore'), '*\n');
  const work = await inParallel(located, async ({ change, target, after }, index): Promise<Work> => {
    const before = await save(pending, `${index}`, target, change);
    const step = { path: change.path, before, after };
    return { change, target, after, step, temporary: temporaryFor(target, run) };
  });
  const journal = formatJournal({ run, steps: work.map(({ step }) => step) });
  await write(join(pending, `${JOURNAL}.tmp`), journal, 0o600);
  renameSync(join(pending, `${JOURNAL}.tmp`), join(pending, JOURNAL));
  await sync(pending);
  return work;
}

async function save(
  folder: string,
  name: string,
  target: string,
  { path, before, after }: Change,
): Promise<Saved | undefined> {
  if (before === undefined) return undefined;
  const mode = statSync(target).mode & 0o777;
  const known = { sha256: sha256(before), mode };
  if (after?.startsWith(before)) return { ...known, kind: 'prefix', bytes: Buffer.byteLength(before) };
  if (path === ENV_FILE) throw new Error(`${path} is only ever added to`);
  await writeNew(join(folder, name), before, mode);
  return { ...known, kind: 'copy', name };
}

/** Each folder once, since some contain many of the files. */
function makeFolders(work: readonly Work[]): void {
  const written = work.filter(({ change }) => change.after !== undefined);
  for (const folder of new Set(written.map(({ temporary }) => dirname(temporary)))) makeFolder(folder);
}

async function writeTemporary(
  { change, temporary }: Work,
  mode: number | undefined,
  { write }: Writing,
): Promise<void> {
  if (change.after !== undefined) await write(temporary, change.after, mode);
}

/** The mode that the file has, had at another path, or had before. A new file gets the umask's. */
function modeOf({ change, step }: Work, all: readonly Work[]): number | undefined {
  if (step.before) return step.before.mode;
  const source = all.find(({ step: { path } }) => path === change.from);
  return source?.step.before?.mode ?? change.mode ?? (change.path === ENV_FILE ? 0o600 : undefined);
}

/** One after the other, so that the manifest, which is last, never lists files that are not there. */
async function switchOver(root: string, work: readonly Work[], { sync }: Writing): Promise<void> {
  for (const { change, target, temporary } of work) {
    if (change.after === undefined) removeFile(target);
    else renameSync(temporary, target);
  }
  await inParallel([...new Set(work.map(({ target }) => dirname(target)))], sync);
  const removed = work.filter(({ change }) => change.after === undefined);
  for (const { change } of removed) removeEmpty(dirname(join(root, change.path)), root);
}

async function commit(root: string, { sync }: Writing): Promise<void> {
  unlessAbsent(() => renameSync(join(root, UNDO), join(root, OLD_UNDO)));
  renameSync(join(root, PENDING), join(root, UNDO));
  // The run is complete, so an error here must not make it fail; the next run removes leftovers.
  await sync(join(root, STATE_DIR)).catch(() => {});
  try {
    clearFolder(join(root, OLD_UNDO));
  } catch {}
}
