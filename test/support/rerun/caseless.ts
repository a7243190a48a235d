import fs, { realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';

/*
 * Loaded before the program: in the folder FAULT_ROOT, names that differ only in case or Unicode form are the same, and
 * a file keeps the spelling that it was created with. This is the default on macOS and Windows.
 */
const root = process.env.FAULT_ROOT ?? '/';
const { readdirSync } = fs;

const fold = (name: string): string => name.normalize('NFC').toLowerCase();

function spelled(path: unknown): unknown {
  if (typeof path !== 'string' || !path.startsWith(`${root}/`)) return path;
  const folder = spelled(dirname(path)) as string;
  return join(folder, namesIn(folder).find((name) => fold(name) === fold(basename(path))) ?? basename(path));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

type Call = (...args: unknown[]) => unknown;

/** The first argument is a path. `renameSync` has a second one, with the new spelling. */
for (const name of [
  'openSync',
  'statSync',
  'lstatSync',
  'mkdirSync',
  'unlinkSync',
  'rmdirSync',
  'readdirSync',
  'renameSync',
]) {
  const original = fs[name as keyof typeof fs] as Call;
  const wrapped: Call = (path, ...args) =>
    original(spelled(path), ...args.map((arg) => (name === 'renameSync' ? spelled(arg) : arg)));
  Object.assign(fs, { [name]: Object.assign(wrapped, original) });
}

const { native } = realpathSync;
fs.realpathSync.native = ((path: string) => native(spelled(path) as string)) as typeof native;

syncBuiltinESMExports();
