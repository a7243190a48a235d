import { writeSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Loaded before the program: lets the file system fail it. Counts the calls that change anything.
 *
 *   FAULT_AT  the number of the call, from 1
 *   FAULT_CALL  counts only calls of that name
 *   FAULT     `kill`: SIGKILL instead of the call; of a write, in its middle
 *             `fail`: that call alone fails, with EIO
 *             `full`: from then on nothing can be created or written, with ENOSPC
 */
const fault = process.env.FAULT;
const faultAt = Number(process.env.FAULT_AT);
const onlyCall = process.env.FAULT_CALL;
let calls = 0;

const NEEDS_SPACE = ['open', 'mkdir', 'writeFile'];

/** The error to fail with; does not return from a kill. */
function failing(name: string, path: string): Error | undefined {
  if (onlyCall !== undefined && name !== onlyCall) return undefined;
  calls += 1;
  const isHit = calls === faultAt;
  if (isHit && fault === 'kill' && name !== 'writeFile') kill();
  if (isHit && fault === 'fail') return systemError('EIO', name, path);
  if (calls >= faultAt && fault === 'full' && NEEDS_SPACE.includes(name))
    return systemError('ENOSPC', name, path);
  return undefined;
}

function kill(): void {
  tell();
  process.kill(process.pid, 'SIGKILL');
}

/** So that the test knows that the fault was there to be met. */
function tell(): void {
  writeSync(process.stderr.fd, 'met the fault\n');
}

function systemError(code: string, syscall: string, path: string): Error {
  tell();
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}

const { open } = fs;

fs.open = async (path, flags, mode) => {
  if (flags !== 'wx') return open(path, flags, mode);
  const error = failing('open', String(path));
  if (error) throw error;
  return faulty(await open(path, flags, mode), String(path));
};

function faulty(file: FileHandle, path: string): FileHandle {
  const { writeFile, sync, chmod, close } = file;
  file.writeFile = async (content: string | Uint8Array) => {
    const error = failing('writeFile', path);
    if (error) throw error;
    if (fault !== 'kill' || calls !== faultAt) return writeFile.call(file, content);
    await writeFile.call(file, Buffer.from(content).subarray(0, content.length / 2));
    kill();
  };
  file.sync = async () => {
    const error = failing('sync', path);
    if (error) throw error;
    return sync.call(file);
  };
  file.chmod = async (mode) => {
    const error = failing('chmod', path);
    if (error) throw error;
    return chmod.call(file, mode);
  };
  file.close = async () => {
    const error = failing('close', path);
    await close.call(file);
    if (error) throw error;
  };
  return file;
}

for (const name of ['rename', 'unlink', 'mkdir', 'rmdir'] as const) {
  const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
  Object.assign(fs, {
    [name]: async (...args: unknown[]) => {
      const error = failing(name, String(args[0]));
      if (error) throw error;
      return original(...args);
    },
  });
}

syncBuiltinESMExports();

process.on('exit', () => writeSync(process.stderr.fd, `${calls} calls\n`));
