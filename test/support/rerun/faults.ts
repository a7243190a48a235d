import fs, { realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';

/* Makes the file system fail in this process, below one folder. `faulty.ts` does the same in another process. */

/** Defines which call fails, and how. */
export interface Fault {
  /** Only calls on paths in this folder are counted and fail. */
  readonly root: string;
  /**
   * `kill`: SIGKILL instead of the call; in the middle of it for a write. `full`: from then on nothing can be created
   * or written, with ENOSPC. Otherwise the error code with which only this call fails, such as EIO.
   */
  readonly fault: string;
  /** Which calls are counted: those that change something, or all. */
  readonly of: 'writes' | 'all';
  /** The number of the failing call, from 1; 0 means that none fails. */
  readonly at: number;
  /** Counts only calls of the function with this name. */
  readonly call?: string | undefined;
}

/** What was called while a fault was set. */
export interface Calls {
  readonly fault: Fault;
  count: number;
  /** The counted calls, and those after which data is on the disk. */
  readonly trace: string[];
  /** The place in the program of each counted call. Recorded only without a fault. */
  readonly places: string[];
  /** The first call that failed. */
  hit: string | undefined;
}

let current: Calls | undefined;
let tellBeforeKill: (calls: Calls) => void = () => {};

/** The file system works until the faulty call, and again after `heal`. */
export function injectFault(fault: Fault, beforeKill: (calls: Calls) => void = () => {}): Calls {
  tellBeforeKill = beforeKill;
  current = { fault, count: 0, trace: [], places: [], hit: undefined };
  return current;
}

export function heal(): void {
  current = undefined;
}

type Call = (...args: unknown[]) => unknown;

const WRITES = [
  'mkdirSync',
  'renameSync',
  'unlinkSync',
  'rmdirSync',
  'writeFileSync',
  'writeSync',
  'fchmodSync',
];
const READS = ['readSync', 'fstatSync', 'lstatSync', 'statSync', 'readdirSync', 'readlinkSync'];
const NEEDS_SPACE = ['open', 'mkdirSync', 'writeFileSync'];

/** File descriptor → path of each open file. */
const files = new Map<unknown, { readonly path: string; readonly isWritten: boolean }>();

const isIn = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Counts the call, and returns whether it is the one that fails. */
function isHit(calls: Calls, name: string, isWrite: boolean, path: string): boolean {
  const { root, fault, of, at, call } = calls.fault;
  if (!isIn(root, path) || (call !== undefined && name !== call)) return false;
  if (!isWrite && of !== 'all') return false;
  calls.count += 1;
  calls.trace.push(`${name}: ${path}`);
  if (at === 0) calls.places.push(placeInProgram());
  return calls.count === at || (fault === 'full' && at > 0 && calls.count > at);
}

/** Identified by the functions on the stack. */
function placeInProgram(): string {
  const lines = (new Error().stack ?? '').split('\n');
  return lines.filter((line) => line.includes('/src/')).join('\n');
}

/** The error, if the call has to fail. Does not return if the fault is `kill`. */
function failing(name: string, isWrite: boolean, path: string, half?: () => void): Error | undefined {
  const calls = current;
  if (!calls || !isHit(calls, name, isWrite, path)) return undefined;
  const { fault } = calls.fault;
  if (fault === 'full' && !NEEDS_SPACE.includes(name)) return undefined;
  calls.hit ??= `${name}: ${path}`;
  if (fault === 'kill') {
    half?.();
    tellBeforeKill(calls);
    process.kill(process.pid, 'SIGKILL');
  }
  return systemError(fault === 'full' ? 'ENOSPC' : fault, name, path);
}

/** Like an error of Node, since libuv has no name for EDQUOT. */
function systemError(name: string, call: string, path: string): Error {
  const errno = -(constants.errno[name as keyof typeof constants.errno] ?? 0);
  const code = name === 'EDQUOT' ? `Unknown system error ${errno}` : name;
  const syscall = call.replace(/Sync$/, '');
  const isByDescriptor = ['read', 'fstat', 'writeFile', 'write', 'fchmod', 'fsync', 'close'].includes(
    syscall,
  );
  return Object.assign(new Error(`${code}: ${syscall}`), {
    code,
    errno,
    syscall,
    ...(!isByDescriptor && { path }),
  });
}

const { openSync, closeSync, fsync, writeFileSync } = fs;
const { native } = realpathSync;

const pathOf = (target: unknown): string => files.get(target)?.path ?? String(target);

function wrap(name: string, isWrite: boolean): void {
  const original = fs[name as keyof typeof fs] as Call;
  const wrapped = (...args: unknown[]) => {
    const half = () =>
      writeFileSync(Number(args[0]), Buffer.from(args[1] as string).subarray(0, String(args[1]).length / 2));
    const error = failing(name, isWrite, pathOf(args[0]), name === 'writeFileSync' ? half : undefined);
    if (error) throw error;
    return original(...args);
  };
  Object.assign(fs, { [name]: Object.assign(wrapped, original) });
}

for (const name of WRITES) wrap(name, true);
for (const name of READS) wrap(name, false);

fs.realpathSync.native = ((path: string) => {
  const error = failing('realpathSync', false, path);
  if (error) throw error;
  return native(path);
}) as typeof native;

fs.openSync = (path, flags, mode) => {
  const isWritten = flags === 'wx' || flags === 'r+';
  const error = failing('open', isWritten, String(path));
  if (error) throw error;
  const file = openSync(path, flags, mode);
  files.set(file, { path: String(path), isWritten });
  return file;
};

fs.closeSync = (file) => {
  const { path = '', isWritten = false } = files.get(file) ?? {};
  files.delete(file);
  const error = failing('closeSync', isWritten, path);
  closeSync(file);
  if (error) throw error;
};

Object.assign(fs, {
  fsync: (file: number, done: (error: Error | null) => void) => {
    const error = failing('fsync', true, pathOf(file));
    if (error) process.nextTick(done, error);
    else
      fsync(file, (failure) => {
        if (!failure) current?.trace.push(`on disk: ${pathOf(file)}`);
        done(failure);
      });
  },
});

syncBuiltinESMExports();
