import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Loaded into each Node process that is measured, those that it starts included; writes what each has used, in µs. */
const HOOK = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').appendFileSync(process.env.BENCH_CPU, user + system + '\\n');
});`;

/** Without what would distort the figures: a bundle of certificates that Node would load, and other flags of Node. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;
  const isNpm = (name: string): boolean => name.startsWith('npm_');
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isNpm(name)));
}

export interface Run {
  /** Of the process and all that it started, in ms. */
  readonly cpu: number;
  /** Until it ended, in ms. */
  readonly wall: number;
}

/**
 * Runs a command in a new folder, which is removed afterwards.
 *
 * @throws Error when it fails: nothing is measured then
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
