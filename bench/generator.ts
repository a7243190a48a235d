import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './measure.ts';

/** A whole generation, as `npx` would run it, against the start of Node itself. */
const ROUNDS = 15;
const PROGRAM = join(import.meta.dirname, '..', 'bin', 'create-koa-mongo-session.js');

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
let projects = 0;

try {
  const generate = async () => {
    projects += 1;
    const project = join(folder, `project-${projects}`);
    return time([PROGRAM, project, '--yes', '--no-install']);
  };
  const { ratio, one, other } = await compare(ROUNDS, generate, async () => time(['-e', '0']));
  process.stdout.write(
    `a whole generation: ${one.toFixed(0)} ms, node -e 0: ${other.toFixed(0)} ms, ratio ${ratio.toFixed(2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In ms. Throws when the program fails: nothing is measured then. */
function time(args: readonly string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  return performance.now() - start;
}
