import { sha256 } from '../core/project/base.ts';
import { lstatIfThere, MAX_BYTES, readRegular } from './files.ts';

/** SHA-256 of a file; undefined if there is nothing; for anything else, a value that no content has. */
export function fingerprint(path: string): string | undefined {
  const stats = lstatIfThere(path);
  if (!stats) return undefined;
  if (!stats.isFile() || stats.size > MAX_BYTES) return 'no file that is written here';
  const content = readRegular(path);
  return content && sha256(content.bytes);
}
