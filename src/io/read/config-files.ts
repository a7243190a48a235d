import { isTooDeep } from '../../core/answers/nesting.ts';
import { readRegular } from '../files.ts';
import { PathError } from '../system-errors.ts';

/**
 * What get-tsconfig reads, and keeps by call and path: a tsconfig, those that it extends, and the package.json files
 * that say where they are. Read with care, as UTF-8 or UTF-16, as tsc does.
 */
export class ConfigFiles extends Map<string, string> {
  /** The last thing that went wrong; get-tsconfig tells of it in general terms only. */
  problem: Error | undefined;

  override get(key: string): string | undefined {
    const path = /^readFileSync:(.*):utf8$/s.exec(key)?.[1];
    return super.get(key) ?? (path === undefined ? undefined : this.read(path));
  }

  private read(path: string): string {
    try {
      const text = decode(readRegular(path)?.bytes ?? Buffer.from(''));
      if (isTooDeep(text)) throw new PathError(path, 'is nested too deeply');
      return text.trim() === '' ? '{}' : text;
    } catch (error) {
      this.problem = error as Error;
      throw error;
    }
  }
}

function decode(bytes: Buffer): string {
  const encoding = ENCODINGS.find(([mark]) => bytes.subarray(0, 2).equals(Buffer.from(mark)))?.[1] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

const ENCODINGS = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
] as const;
