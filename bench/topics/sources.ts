import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from '../child.ts';
import { inTurns, shown } from '../measure.ts';
import type { Section } from '../report.ts';
import { PROGRAM } from '../subject.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SIZES = [100, 10_000, 100_000];
const FILES_A_FOLDER = 100;

/** The worst that a later run can meet: a generated file was moved, and has to be found among all sources. */
export async function sources(): Promise<Section> {
  const root = mkdtempSync(join(tmpdir(), 'bench-sources-'));
  try {
    const contenders = SIZES.map((size) => {
      const project = projectOf(join(root, String(size)), size);
      return [`${size.toLocaleString('en')} files`, async () => timeOf([project, '--check'])] as const;
    });
    const figures = await inTurns(ROUNDS, Object.fromEntries(contenders));
    return {
      title: 'Large projects',
      text: 'Time of `--check` where a generated file was moved, so that all sources of the project are looked through, in ms. Each source has 40 lines.',
      columns: ['sources', 'ms'],
      rows: Object.entries(figures).map(([name, each]) => [name, shown(each, 0)]),
      versions: [`Node ${process.version}`],
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
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

/** In ms. A found change is no failure. */
function timeOf(args: readonly string[]): number {
  const start = performance.now();
  try {
    execFileSync(process.execPath, [PROGRAM, ...args], { stdio: 'pipe', env: cleanEnvironment() });
  } catch (error) {
    if ((error as { status?: number }).status !== 3) throw error;
  }
  return performance.now() - start;
}
