import fs, { realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';

/*
 * Loaded before the program: lets the file system fail it, below the folder FAULT_ROOT. Counts the calls.
 *
 *   FAULT_AT    the number of the call, from 1
 *   FAULT_OF    counts `writes`, the calls that change anything, or `all` of them
 *   FAULT_CALL  counts only calls of that name
 *   FAULT       `kill`: SIGKILL instead of the call; of a write, in its middle
 *               `full`: from then on nothing can be created or written, with ENOSPC
 *               else the name of the error with which that call alone fails, such as EIO
 */
const {
  FAULT: fault = '',
  FAULT_CALL: onlyCall,
  FAULT_OF: counted = 'writes',
  FAULT_ROOT: root = '/',
} = process.env;
const faultAt = Number(process.env.FAULT_AT);
let calls = 0;
/** The calls that were counted, and what was on the disk when. */
const trace: string[] = [];

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

/** By descriptor, the path of each file that is open. */
const files = new Map<unknown, { readonly path: string; readonly isWritten: boolean }>();

const isOfProject = (path: string): boolean => path === root || path.startsWith(`${root}/`);

/** Says whether the call is the one to meet the fault. */
function isHit(name: string, isWrite: boolean, path: string): boolean {
  if (!isOfProject(path) || (onlyCall !== undefined && name !== onlyCall)) return false;
  if (!isWrite && counted !== 'all') return false;
  calls += 1;
  trace.push(`${name}: ${path}`);
  return calls === faultAt || (fault === 'full' && calls > faultAt);
}

/** The error to fail with, if the call is to fail; does not return from a kill. */
function failing(name: string, isWrite: boolean, path: string, half?: () => void): Error | undefined {
  if (!isHit(name, isWrite, path)) return undefined;
  if (fault === 'kill') {
    half?.();
    tell();
    process.kill(process.pid, 'SIGKILL');
  }
  if (fault === 'full' && !NEEDS_SPACE.includes(name)) return undefined;
  tell();
  return systemError(fault === 'full' ? 'ENOSPC' : fault, name, path);
}

/** So that the test knows that the fault was there to be met. */
function tell(): void {
  writeSync(process.stderr.fd, 'met the fault\n');
}

/** As Node makes it: libuv has no name for EDQUOT. */
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

const { openSync, closeSync, fsync, writeSync, writeFileSync } = fs;
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
        if (!failure) trace.push(`on disk: ${pathOf(file)}`);
        done(failure);
      });
  },
});

syncBuiltinESMExports();

process.on('exit', () => writeSync(process.stderr.fd, `${trace.join('\n')}\n${calls} calls\n`));
