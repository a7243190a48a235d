import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from '../child.ts';
import { type Figures, inTurns, shown } from '../measure.ts';
import type { Section } from '../report.ts';
import { PROGRAM } from '../subject.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SIZES = [100, 10_000, 100_000];
const FILES_A_FOLDER = 100;

/** Name → flags of a later run that reads the first lines of every source, or the whole of every source. */
const RUNS = {
  'a file was moved': ['--check'],
  'and others are no longer generated': ['--no-app', '--check'],
} as const;

/** The worst case for a later run. */
export async function sources(): Promise<Section> {
  const root = mkdtempSync(join(tmpdir(), 'bench-sources-'));
  try {
    const projects = SIZES.map((size) => projectOf(join(root, String(size)), size));
    const contenders = projects.flatMap((project) =>
      Object.values(RUNS).map(
        (args) => [`${project} ${args}`, async () => timeOf([project, ...args])] as const,
      ),
    );
    const figures = Object.values(await inTurns(ROUNDS, Object.fromEntries(contenders)));
    const names = Object.keys(RUNS);
    return {
      title: 'Large projects',
      text: 'Time of a `--check` that looks through all sources of the project, in ms: for the first line of each where a generated file was moved, and then also for imports where others are no longer generated. Each source has 40 lines.',
      columns: ['sources', ...names],
      rows: SIZES.map((size, at) => [
        `${size.toLocaleString('en')} files`,
        ...names.map((_, column) => shownAt(figures, at * names.length + column)),
      ]),
      versions: [`Node ${process.version}`],
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function shownAt(figures: readonly Figures[], at: number): string {
  const found = figures[at];
  if (found === undefined) throw new Error('a run was not measured');
  return shown(found, 0);
}

function projectOf(folder: string, size: number): string {
  const text = Array.from(
    { length: 40 },
    (_, at) => `export const name${at} = ${at}; // a line like others\n`,
  ).join('');
  timeOf([folder, '--yes', '--no-install']);
  for (let at = 0; at < size; at += 1) {
    const home = join(folder, 'src', 'features', String(Math.floor(at / FILES_A_FOLDER)));
    if (at % FILES_A_FOLDER === 0) mkdirSync(home, { recursive: true });
    writeFileSync(join(home, `module-${at}.ts`), text);
  }
  mkdirSync(join(folder, 'src/elsewhere'));
  renameSync(join(folder, 'src/session/payload.ts'), join(folder, 'src/elsewhere/payload.ts'));
  return folder;
}

/** In ms. The exit code of `--check` for pending changes is not a failure. */
function timeOf(args: readonly string[]): number {
  const start = performance.now();
  try {
    execFileSync(process.execPath, [PROGRAM, ...args], { stdio: 'pipe', env: cleanEnvironment() });
  } catch (error) {
    if ((error as { status?: number }).status !== 3) throw error;
  }
  return performance.now() - start;
}
