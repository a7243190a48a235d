import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './measure.ts';

/** Runs of the built program, as `npx` would start it, against the start of Node itself. */
const ROUNDS = 15;
const PROGRAM = join(import.meta.dirname, '..', 'bin', 'create-koa-mongo-session.cjs');

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
let projects = 0;
const newProject = (): string => {
  projects += 1;
  return join(folder, `project-${projects}`);
};

const RUNS: Readonly<Record<string, () => readonly string[]>> = {
  'a whole generation': () => [newProject(), '--yes', '--no-install'],
  'the same without writing': () => [newProject(), '--yes', '--dry-run'],
  '--version': () => ['--version'],
};

try {
  for (const [name, argv] of Object.entries(RUNS)) {
    const run = async () => time([PROGRAM, ...argv()]);
    const { ratio, one, other } = await compare(ROUNDS, run, async () => time(['-e', '0']));
    process.stdout.write(
      `${name}: ${one.toFixed(0)} ms, node -e 0: ${other.toFixed(0)} ms, ratio ${ratio.toFixed(2)}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In ms. Throws when the program fails: nothing is measured then. */
function time(args: readonly string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  return performance.now() - start;
}
