import { constants } from 'node:os';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { UserError } from '../core/errors.ts';

const ABSENT_CODES: readonly string[] = ['ENOENT', 'ENOTDIR'];

/** The code of a system error, such as ENOSPC; also for EDQUOT, for which Node has no name. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const { errno } = error as NodeJS.ErrnoException;
  return errno !== undefined && -errno === constants.errno.EDQUOT ? 'EDQUOT' : error.code;
}

/** Calls a function that may fail with one of these errors, and then returns undefined. */
export function unless<T>(codes: readonly string[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (codes.includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Calls a function for which a missing file is a valid result. */
export const unlessAbsent = <T>(call: () => T): T | undefined => unless(ABSENT_CODES, call);

/** A problem with a path that the user can fix. */
export class PathError extends UserError {
  /** Worded to follow the path. */
  readonly problem: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path} ${problem}`, 2, options);
    this.problem = problem;
  }

  /** Whether the permission to look at the path is missing. */
  get isHidden(): boolean {
    return FORBIDDEN_CODES.includes(errorCode(this.cause) ?? '');
  }
}

/** Permission is missing. */
export const FORBIDDEN_CODES: readonly string[] = ['EACCES', 'EPERM'];

/** Errors that lie in the path itself. */
const OF_PATH = [...FORBIDDEN_CODES, 'ELOOP', 'ENAMETOOLONG'];

/**
 * Runs a function that reads at a path.
 *
 * @throws PathError if the path cannot be used
 */
export function reading<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!OF_PATH.includes(code)) throw error;
    throw new PathError(path, `cannot be read: ${REASONS[code]}`, { cause: error });
  }
}

/** Runs a function that looks at a path; returns undefined if permission is missing. */
export function unlessHidden<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof PathError && error.isHidden) return undefined;
    throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is missing',
  EPERM: 'permission is missing, or the file may not be changed',
  EROFS: 'the file system is read-only',
  EIO: 'the disk failed',
  EMFILE: 'this process may open no more files',
  ENFILE: 'the system can open no more files',
  ENOMEM: 'there is no memory left',
  EBUSY: 'it is in use',
  ELOOP: 'it leads into a loop of symbolic links',
  ENAMETOOLONG: 'its name is too long for this file system',
  ...Object.fromEntries(
    [...ABSENT_CODES, 'EEXIST', 'EISDIR', 'ENOTEMPTY'].map((code) => [
      code,
      'another program changed it meanwhile',
    ]),
  ),
};

/** Why the system refused a call; undefined for an error that is not from the system. */
export function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const code = errorCode(error) ?? 'without a reason';
  return REASONS[code] ?? `the system refused it (${code})`;
}

/**
 * If the reason is the disk or a limit of the process, the user can fix it, after any call.
 *
 * @param outcome what it means for the project
 * @returns a UserError (4), or the error itself if it is not from the system
 */
export function asUserError(root: string, error: unknown, verb: 'read' | 'write', outcome: string): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const { path } = error as NodeJS.ErrnoException;
  const what = typeof path === 'string' ? shown(root, path) : 'the project';
  return new UserError(`Cannot ${verb} ${what}: ${reason}. ${outcome}`, 4, { cause: error });
}

const NOTHING_WRITTEN = 'Nothing was written.';

/** Runs a function that only reads. @throws UserError (4) for system errors */
export function onlyReadingSync<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asUserError(root, error, 'read', NOTHING_WRITTEN);
  }
}

/** Runs an async function that only reads. @throws UserError (4) for system errors */
export const onlyReading = <T>(root: string, work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    throw asUserError(root, error, 'read', NOTHING_WRITTEN);
  });

/** For a temporary file, the file that it would have replaced. */
function shown(root: string, path: string): string {
  const target = join(dirname(path), basename(path).replace(/^\.(.+)\.[0-9a-f]{12}\.tmp$/, '$1'));
  const inside = relative(root, target);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? target : inside;
}
