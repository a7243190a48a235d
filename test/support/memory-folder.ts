import { readFileSync, statfsSync } from 'node:fs';

/** Where Linux mounts it. */
const FOLDER = '/dev/shm';
/** Enough for package managers and databases, which also keep their files there. */
const NEEDED_BYTES = 4 * 2 ** 30;

/**
 * A folder in memory for temporary files: a run of the program, which mostly waits for the disk, takes a tenth of the
 * time there. Tests start programs in it. Undefined if there is no such folder.
 */
export function memoryFolder(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const [, , , options = ''] = mounts.find((line) => line.split(' ')[1] === FOLDER)?.split(' ') ?? [];
    const isExecutable = options !== '' && !options.split(',').includes('noexec');
    return isExecutable && bavail * bsize >= NEEDED_BYTES ? FOLDER : undefined;
  } catch {
    return undefined;
  }
}
