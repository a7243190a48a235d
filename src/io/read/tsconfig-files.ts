import type { Stats } from 'node:fs';
import { isTooDeep } from '../../core/answers/nesting.ts';
import { readRegular, statIfThere } from '../files.ts';
import { PathError, reasonOf } from '../system-errors.ts';

type Answer = string | boolean | Stats;

/**
 * Called with the name of a file system call, like a cache of get-tsconfig; if it returns undefined, get-tsconfig makes
 * the call.
 */
const CALLS: Readonly<Record<string, (path: string) => Answer | undefined>> = {
  existsSync: (path) => statIfThere(path) !== undefined,
  statSync: statIfThere,
  readFileSync: read,
};

/**
 * The cache for get-tsconfig, by call and path: a tsconfig, the ones that it extends, and the package.json files that
 * locate them. Files are checked before they are read, and decoded as UTF-8 or UTF-16, as in tsc.
 */
export class TsconfigFiles extends Map<string, string> {
  /** The last error. get-tsconfig itself reports it only in general terms, or ignores it. */
  problem: Error | undefined;

  /** Not always a text, whatever get-tsconfig calls it. */
  override get(key: string): string | undefined {
    const [, name = '', path = ''] = /^(\w+):(.*?)(?::utf8)?$/s.exec(key) ?? [];
    return super.get(key) ?? (this.answer(name, path) as string | undefined);
  }

  /** @throws the error of the system by which what was read is not all that there is */
  refuseUnread(): void {
    if (reasonOf(this.problem) !== undefined) throw this.problem;
  }

  private answer(name: string, path: string): Answer | undefined {
    try {
      return CALLS[name]?.(path);
    } catch (error) {
      this.problem = error as Error;
      throw error;
    }
  }
}

function read(path: string): string {
  const text = decode(readRegular(path)?.bytes ?? Buffer.from(''));
  if (isTooDeep(text)) throw new PathError(path, 'is nested too deeply');
  return text.trim() === '' ? '{}' : text;
}

function decode(bytes: Buffer): string {
  const encoding = ENCODINGS.find(([mark]) => bytes.subarray(0, 2).equals(Buffer.from(mark)))?.[1] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

const ENCODINGS = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
] as const;
