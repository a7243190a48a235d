import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { sha256 } from '../../core/project/base.ts';
import { STATE_DIR } from '../../core/project/state-folder.ts';
import { lstatIfThere, namesInFolder } from '../files.ts';
import { errorCode } from '../system-errors.ts';
import { openNew, removeFile } from '../write-files.ts';

const LOCK_PATIENCE_MS = 5_000;
const LOCK_PREFIX = 'lock-';
/** How often a run writes to its lock, to update the modification time. */
const BEAT_MS = 5_000;
/** A lock of another process table without a write for this long belongs to a dead run. */
const SILENCE_MS = 60_000;

export interface Lock {
  /** @throws UserError (4) if another run considers this one dead, and may be writing */
  confirm(): void;
}

/**
 * Runs `work` while no other run writes the same project; waits up to 5 s for one that does.
 *
 * Each run has a lock file with a unique name, and looks for others only after creating it. So of two runs, at least
 * one sees the other, and the lock of a dead run can be removed without a race.
 *
 * @throws UserError (4) if the other run does not end
 */
export async function withLock<T>(root: string, work: (lock: Lock) => Promise<T>): Promise<T> {
  const path = await acquire(root);
  const heart = setInterval(beat, BEAT_MS, path);
  try {
    return await work({ confirm: () => refuseUnlessHeld(path) });
  } finally {
    clearInterval(heart);
    release(path);
  }
}

export function isLock(name: string): boolean {
  return name.startsWith(LOCK_PREFIX);
}

async function acquire(root: string): Promise<string> {
  const folder = join(root, STATE_DIR);
  const until = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const random = randomBytes(6).toString('hex');
    const name = `${LOCK_PREFIX}${process.pid}-${processTable()}-${startOf('self')}-${random}`;
    const path = join(folder, name);
    const other = tryLock(folder, name);
    if (other === undefined) return path;
    release(path);
    if (Date.now() > until) throw new UserError(busy(other), 4);
    await passed(30 + Math.random() * 90);
  }
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Returns the other run that holds a lock. */
function tryLock(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  // Another run that failed may just have removed the empty folder; then it is created again.
  closeSync(openNew(path));
  try {
    return liveLock(folder, name);
  } catch (error) {
    release(path);
    throw error;
  }
}

/** If it stays, it counts as the lock of a dead run, and the next run removes it. */
function release(path: string): void {
  try {
    removeFile(path);
  } catch {}
}

function beat(path: string): void {
  try {
    // Not created again: if it is gone, another run considered this one dead.
    const file = openSync(path, 'r+');
    writeSync(file, '.', 0);
    closeSync(file);
  } catch {}
}

function refuseUnlessHeld(path: string): void {
  if (lstatIfThere(path)) return;
  throw new UserError(
    'Another run took this one for dead after a minute without progress, and continues in its place.',
    4,
  );
}

function liveLock(folder: string, own: string): string | undefined {
  for (const name of namesInFolder(folder)) {
    if (!isLock(name) || name === own) continue;
    if (isLive(folder, name, own)) return name;
    release(join(folder, name));
  }
  return undefined;
}

function isLive(folder: string, name: string, own: string): boolean {
  const [, pid, table, start] = name.split('-');
  return table === processTable() ? isRunning(Number(pid), start) : isBeating(folder, name, own);
}

/** Both times are from the clock of the file system, since the clocks of two machines may differ. */
function isBeating(folder: string, name: string, own: string): boolean {
  const stats = lstatIfThere(join(folder, name));
  const now = lstatIfThere(join(folder, own));
  return stats !== undefined && now !== undefined && Math.abs(now.mtimeMs - stats.mtimeMs) < SILENCE_MS;
}

/**
 * @param start distinguishes a process from a later one with the same id: in a container, every run may have the same
 */
function isRunning(pid: number, start: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isProcess(pid)) return false;
  const found = startOf(pid);
  return start === UNKNOWN_START || found === UNKNOWN_START ? pid !== process.pid : start === found;
}

function isProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

const UNKNOWN_START = '0';

/** Start time of a process, in units of the system; UNKNOWN_START if it is not available. */
function startOf(pid: number | 'self'): string {
  try {
    const [, fields = ''] = /\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return fields.split(' ')[19] ?? UNKNOWN_START;
  } catch {
    return UNKNOWN_START;
  }
}

/**
 * Identifies the table to which a process id belongs. Two containers may have the same host name; on Linux, the boot id
 * of the kernel and the process namespace distinguish them. In doubt, a process counts as foreign, which is safe.
 */
function processTable(): string {
  return sha256([hostname(), ...(linuxNamespace() ?? hardwareAddresses())].join('\n')).slice(0, 12);
}

function linuxNamespace(): string[] | undefined {
  try {
    return [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), readlinkSync('/proc/self/ns/pid')];
  } catch {
    return undefined;
  }
}

function hardwareAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ mac }) => mac));
}

function busy(name: string): string {
  return (
    `Another run is writing this project (${STATE_DIR}/${name}); nothing was written.\n` +
    'Run it again when the other run has ended. If there is no other run, delete that file.'
  );
}
