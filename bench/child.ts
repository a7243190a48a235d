import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Preloaded into each measured Node process and its children; each writes the CPU time it used, in µs. */
const HOOK = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').appendFileSync(process.env.BENCH_CPU, user + system + '\\n');
});`;

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
 * Runs a command in a new folder, which is removed afterwards.
 *
 * @throws Error if the command fails
 */
export function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const [cpuFile, hook, cwd] = ['cpu', 'hook.cjs', ''].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(cpuFile, '');
    writeFileSync(hook, HOOK);
    const [file = '', ...args] = command;
    const options = {
      cwd,
      env: { ...cleanEnvironment(), NODE_OPTIONS: `--require ${hook}`, BENCH_CPU: cpuFile, ...env },
      stdio: 'pipe',
      encoding: 'utf8',
    } as const;
    const start = performance.now();
    const { status, stderr, error } = spawnSync(file, args, options);
    const wall = performance.now() - start;
    if (status !== 0)
      throw new Error(`${command.join(' ')} ended with ${status ?? error?.message}: ${stderr}`);
    const used = readFileSync(cpuFile, 'utf8').split('\n').map(Number);
    return { cpu: used.reduce((sum, each) => sum + each, 0) / 1000, wall };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
