import type { OnDisk } from '../../core/project/working-tree.ts';
import { kindOf, MAX_BYTES, readRegular } from '../files.ts';
import { type Locate, type Located, pathIn } from '../locate.ts';
import { PathError } from '../system-errors.ts';

/** What is at a path. It may be a link, a directory, a device, too large, or not a text. */
export function readOnDisk(root: string, path: string, locate: Locate): OnDisk {
  try {
    return readLocated(root, path, locate(path));
  } catch (error) {
    if (error instanceof PathError)
      return { ...unusable(error.problem), ...(error.isHidden && { isHidden: true }) };
    throw error;
  }
}

function readLocated(root: string, path: string, { real, isLink, stats, blockedBy }: Located): OnDisk {
  if (blockedBy !== undefined) return unusable(`cannot be written: ${blockedBy} is a file`);
  if (!stats) return { kind: 'absent' };
  if (!stats.isFile()) return unusable(`is ${kindOf(stats)}, where a file is to be written`);
  if (stats.size > MAX_BYTES) return unusable(`is larger than ${MAX_BYTES} bytes, too large to be compared`);
  const content = readRegular(real, path);
  if (content === undefined) return { kind: 'absent' };
  const disk = asText(content.bytes, (content.mode & 0o222) === 0);
  return isLink && disk.kind === 'file' ? { ...disk, link: pathIn(root, real) } : disk;
}

function asText(content: Buffer, isReadOnly: boolean): OnDisk {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return { kind: 'file', text, isReadOnly };
  } catch {
    return unusable('is not UTF-8 text');
  }
}

export function unusable(problem: string): OnDisk {
  return { kind: 'unusable', problem };
}
