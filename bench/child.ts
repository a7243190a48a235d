import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFolder } from '../test/support/memory-folder.ts';

/**
 * Bash runs the command in each folder in the folder `$1`, and writes the CPU time of it and of all that it started, in
 * s, into the file `$0`.
 */
const TIMED = `TIMEFORMAT='%3U %3S'; folder=$1; shift; exec 3>&2 2>"$0"
time for each in "$folder"/*; do cd "$each" && "$@" 2>&3 || exit; done`;

/** Without variables that would distort the figures: Node flags, and certificates that Node would load at its start. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;
  const isNpm = (name: string): boolean => name.startsWith('npm_');
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isNpm(name)));
}

export interface Run {
  /** CPU time of the process and its children, in ms. */
  readonly cpu: number;
  /** Wall-clock time, in ms. */
  readonly wall: number;
}

/** How a command is run. */
export interface How {
  /** The number of runs, of which the mean counts. */
  readonly times?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly place?: Place;
}

/**
 * Where a run writes its files. On a disk with ext4, the files of one and the same run took from 2 to 25 ms of CPU,
 * depending on what had been deleted in the last minutes.
 */
export type Place = 'memory' | 'disk';

/**
 * Runs a command so many times, each in a new folder: Bash cuts off parts of a millisecond, which would be a twentieth of
 * the shortest run. The folders are removed at the end of this process, since deleted files affect the next run.
 *
 * @throws Error if the command fails
 */
export function run(command: readonly string[], { times = 1, env = {}, place = 'memory' }: How = {}): Run {
  const folder = join(foldersIn(place), String(runs++));
  for (let time = 0; time < times; time += 1) mkdirSync(join(folder, String(time)), { recursive: true });
  const cpuFile = `${folder}.cpu`;
  const options = { env: { ...cleanEnvironment(), ...env }, encoding: 'utf8' } as const;
  const start = performance.now();
  const { status, stderr, error } = spawnSync('bash', ['-c', TIMED, cpuFile, folder, ...command], options);
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status ?? error?.message}: ${stderr}`);
  return { cpu: milliseconds(readFileSync(cpuFile, 'utf8')) / times, wall: wall / times };
}

/** Sums up the last line, `user system` in s, with the decimal mark of the locale. Messages of Bash may precede it. */
function milliseconds(written: string): number {
  const line = written.trim().replaceAll(',', '.').split('\n').at(-1) ?? '';
  const seconds = line.split(' ').map(Number);
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}

let runs = 0;
const folders = new Map<Place, string>();

/** On the disk if there is no folder in memory. */
function foldersIn(place: Place): string {
  const known = folders.get(place);
  if (known !== undefined) return known;
  const made = mkdtempSync(join((place === 'memory' ? memoryFolder() : undefined) ?? tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  folders.set(place, made);
  return made;
}
