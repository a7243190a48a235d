import { randomBytes } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { STATE_DIR } from '../../core/project/manifest.ts';
import { errorCode, hashOf, removeFile, unlessAbsent } from '../files.ts';

const PATIENCE_MS = 5_000;
const PREFIX = 'lock-';
/** A run holds its lock while it writes, for well under a second. */
const FOREIGN_LOCK_MS = 300_000;

/**
 * Runs `work` while no other run writes the same project; waits up to 5 s for one that does.
 *
 * Each run has a lock file of its own name and looks for others only once its own is there, so of two runs at least
 * one sees the other, and a dead run's lock can be removed without racing anyone.
 *
 * @throws UserError (4) when the other run does not end
 */
export async function withLock<T>(root: string, work: () => Promise<T>): Promise<T> {
  const lock = await acquire(join(root, STATE_DIR));
  try {
    return await work();
  } finally {
    // Left behind, it is the lock of a dead run, which the next one removes.
    await removeFile(lock).catch(() => {});
  }
}

export function isLock(name: string): boolean {
  return name.startsWith(PREFIX);
}

async function acquire(folder: string): Promise<string> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const name = `${PREFIX}${process.pid}-${hostId()}-${randomBytes(6).toString('hex')}`;
    const path = join(folder, name);
    const other = await tryLock(folder, name).catch(async (error: unknown) => {
      await removeFile(path);
      throw error;
    });
    if (other === undefined) return path;
    await removeFile(path);
    if (Date.now() > until) throw new UserError(busy(other), 4);
    await delay(30 + Math.random() * 90);
  }
}

/** Returns the other run that is in the way. */
async function tryLock(folder: string, name: string): Promise<string | undefined> {
  await (await open(join(folder, name), 'wx')).close();
  return liveLock(folder, name);
}

async function liveLock(folder: string, own: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    if (!isLock(name) || name === own) continue;
    if (await isLive(join(folder, name), name)) return name;
    await removeFile(join(folder, name));
  }
  return undefined;
}

async function isLive(path: string, name: string): Promise<boolean> {
  const [, pid, host] = name.split('-');
  if (host === hostId()) return isRunning(Number(pid));
  const stats = await unlessAbsent(stat(path));
  return stats !== undefined && Date.now() - stats.mtimeMs < FOREIGN_LOCK_MS;
}

/** A lock with our own number is a dead run's: in a container, each run may have the same. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function hostId(): string {
  return hashOf(hostname()).slice(0, 12);
}

function busy(name: string): string {
  return (
    `Another run is writing this project (${STATE_DIR}/${name}); nothing was written.\n` +
    'Run it again when the other has ended. If there is none, delete that file.'
  );
}
