import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/**
 * Runs a command so many times, each in a new folder, and returns the mean: Bash cuts off parts of a millisecond, which
 * would be a twentieth of the shortest run. The folders are removed at the end of this process: a file system may have to search
 * longer for the place of a new file if others were removed in the last minutes.
 *
 * @throws Error if the command fails
 */
export function run(
  command: readonly string[],
  { times = 1, env = {} }: { readonly times?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Run {
  const folder = join(allFolders(), String(runs++));
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
let folders: string | undefined;

function allFolders(): string {
  if (folders !== undefined) return folders;
  const made = mkdtempSync(join(tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  folders = made;
  return made;
}
