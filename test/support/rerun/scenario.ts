import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', 'rerun');
const MODULES = join(import.meta.dirname, '..', '..', '..', 'node_modules');
const STATE = '.koa-mongo-session';
/** A folder next to the project, to which some links lead. */
const OUTSIDE = 'not of this project\n';

/**
 * One folder in test/rerun. `generated/` is what an earlier run rendered; `edited/` the project as its user left it
 * since (as generated, when there is none); `rendered/` what this run renders (the same as before, when there is
 * none); `after/` the project afterwards (as it was, when there is none).
 */
export interface Scenario {
  readonly name: string;
  /** Absolute paths; undefined where there is no such folder. */
  readonly generated: string | undefined;
  readonly edited: string | undefined;
  readonly rendered: string;
  readonly after: string | undefined;
  readonly flags: readonly string[];
  /** Removed from the project before the run. */
  readonly remove: readonly string[];
  /** Packages that are installed in the project. */
  readonly install: readonly string[];
  readonly exitCode: number;
  /** File with the expected stdout, which is the report. `--update` rewrites it. */
  readonly reportFile: string;
  /** Texts that stderr contains. */
  readonly error: string | undefined;
  /** Empty if no questions are asked, so that a terminal makes no difference. */
  readonly atTerminal: readonly AtTerminal[];
}

/** The same run at a terminal, where questions are asked. */
interface AtTerminal {
  /** The choice at each question. */
  readonly choose: readonly string[];
  readonly exitCode: number;
  /** Folder with the project after the run; without it, the project must be unchanged. */
  readonly after: string | undefined;
}

export const scenarios: readonly Scenario[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readScenario(name));

function readScenario(name: string): Scenario {
  const at = (part: string) => join(FOLDER, name, part);
  const folder = (part: string) => (existsSync(at(part)) ? at(part) : undefined);
  const told = JSON.parse(readFileSync(at('scenario.json'), 'utf8'));
  const rendered = folder('rendered') ?? folder('generated');
  if (rendered === undefined) throw new Error(`${name} renders nothing`);
  const { flags = [], remove = [], install = [], exitCode = 0, error } = told;
  const atTerminal: AtTerminal[] = told.atTerminal ?? [];
  return {
    name,
    generated: folder('generated'),
    edited: folder('edited'),
    rendered,
    after: folder('after'),
    flags,
    remove,
    install,
    exitCode,
    reportFile: at('report.txt'),
    error,
    atTerminal: atTerminal.map(({ after, ...run }) => ({ ...run, after: after && folder(after) })),
  };
}

/** A folder that contains the project as `project`, deleted after the test. */
export async function setUp(
  scenario: Scenario,
  generate: (project: string, rendered: string) => Promise<void>,
) {
  const home = mkdtempSync(join(tmpdir(), 'rerun-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const project = join(home, 'project');
  mkdirSync(project);
  writeFileSync(join(home, 'outside.ts'), OUTSIDE);
  install(project, scenario.install);
  if (scenario.generated !== undefined) await generate(project, scenario.generated);
  if (scenario.edited !== undefined) {
    for (const name of readdirSync(project))
      if (name !== STATE && name !== 'node_modules') rmSync(join(project, name), { recursive: true });
    cpSync(scenario.edited, project, { recursive: true, verbatimSymlinks: true });
  }
  for (const path of scenario.remove) rmSync(join(project, path), { recursive: true });
  return project;
}

function install(project: string, packages: readonly string[]): void {
  for (const name of packages) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(MODULES, name), join(project, 'node_modules', name));
  }
}

export function isOutsideUntouched(project: string): boolean {
  return readFileSync(join(project, '..', 'outside.ts'), 'utf8') === OUTSIDE;
}

/** The files of a project, except for the program's own: path → text, or the target of a link. */
export function snapshot(project: string | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wholeSnapshot(project)).filter(([path]) => !path.startsWith(STATE)),
  );
}

/** All files, including the program's own. */
export function wholeSnapshot(project: string | undefined): Record<string, string> {
  if (project === undefined) return {};
  const entries = readdirSync(project, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory() && !entry.parentPath.includes('node_modules'),
  );
  return Object.fromEntries(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [path.slice(project.length + 1), contentOf(path)])
      .filter(([path]) => !path.startsWith('node_modules'))
      .sort(),
  );
}

const HUGE = 10_000_000;

function contentOf(path: string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (!stats.isFile()) return 'no file';
  return stats.size > HUGE ? `${stats.size} bytes` : readFileSync(path, 'utf8');
}
