import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { execa, execaSync } from 'execa';
import { expect, test } from 'vitest';
import { openProject } from '../../src/io/write/open.ts';
import { temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { GENERATOR, source } from '../support/rerun/generate.ts';
import { fc, runs } from '../support/sampling.ts';
import { writeTree } from '../support/tree.ts';

/*
 * The long life of a project: its user edits, moves, deletes and links generated files, puts special files in their
 * place, and runs the program with different options. Some runs are killed or fail.
 */

const program = useProgram();
const STATE = '.koa-mongo-session';
const ERRORS = ['kill', 'EIO', 'EMFILE', 'EDQUOT', 'EACCES', 'full'];

const file = fc.constantFrom('store.ts', 'index.ts', 'guide.md', 'added.ts');
const dir = fc.constantFrom('src', 'lib');

const operation = fc.oneof(
  fc.record({ does: fc.constant('edit' as const), file }),
  fc.record({ does: fc.constant('delete' as const), file }),
  fc.record({ does: fc.constant('move' as const), file }),
  fc.record({ does: fc.constant('move folder' as const), file }),
  fc.record({ does: fc.constant('respell' as const), file }),
  fc.record({ does: fc.constant('link' as const), file }),
  fc.record({ does: fc.constant('link folder' as const), dir }),
  fc.record({
    does: fc.constant('put' as const),
    file,
    dir,
    kind: fc.constantFrom('pipe', 'folder', 'link'),
  }),
  fc.record({ does: fc.constant('clear' as const) }),
  fc.record({ does: fc.constant('undo' as const) }),
  fc.record({ does: fc.constant('run' as const), dir, version: fc.nat(3), guide: fc.boolean() }),
  fc.record({
    does: fc.constant('fail' as const),
    dir,
    version: fc.nat(3),
    fault: fc.constantFrom(...ERRORS),
    at: fc.integer({ min: 1, max: 150 }),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Everything in the project, including links and folders, except for the data of `undo`. */
function pathsIn(project: string): string[] {
  return readdirSync(project, { recursive: true, withFileTypes: true })
    .map((entry) => relative(project, join(entry.parentPath, entry.name)))
    .filter((path) => !/^\.koa-mongo-session\/(undo|pending)/.test(path));
}

const isOwn = (path: string): boolean => !path.startsWith(STATE);
const statsOf = (project: string, path: string) => lstatSync(join(project, path), { throwIfNoEntry: false });

/** The current path of a generated file. */
const find = (project: string, name: string): string | undefined =>
  pathsIn(project).find(
    (path) => isOwn(path) && basename(path) === name && statsOf(project, path)?.isFile() === true,
  );

function ownLines(project: string): string[] {
  const texts = pathsIn(project)
    .filter((path) => statsOf(project, path)?.isFile())
    .map((path) => readFileSync(join(project, path), 'utf8'));
  return texts.flatMap((text) => text.match(/my own line \d+/g) ?? []);
}

const links = (project: string): string[] =>
  pathsIn(project).filter((path) => statsOf(project, path)?.isSymbolicLink());
const leads = (project: string, path: string): boolean =>
  statSync(join(project, path), { throwIfNoEntry: false }) !== undefined;

let counter = 0;

/** Actions of the user. */
function change(project: string, { does, ...what }: Operation): void {
  const found = 'file' in what ? find(project, what.file) : undefined;
  const at = found === undefined ? undefined : join(project, found);
  counter += 1;
  if (does === 'clear') {
    for (const path of pathsIn(project).filter((each) => isOwn(each) && basename(each) === 'odd.txt'))
      rmSync(dirname(join(project, path)), { recursive: true });
    for (const path of pathsIn(project)) {
      const stats = statsOf(project, path);
      if (stats?.isFIFO() || (stats?.isSymbolicLink() && !leads(project, path))) rmSync(join(project, path));
    }
  }
  if (does === 'put' && 'kind' in what) {
    const path = join(project, what.dir, what.file);
    // A broken link also occupies the path.
    if (statsOf(project, join(what.dir, what.file)) || !leads(project, what.dir)) return;
    if (what.kind === 'pipe') execaSync('mkfifo', [path]);
    else if (what.kind === 'folder') writeTree(path, { 'odd.txt': 'odd\n' });
    else symlinkSync('nowhere', path);
  }
  if (does === 'link folder' && 'dir' in what) {
    const path = join(project, what.dir);
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    const target = join(project, `linked-${counter}`);
    renameSync(path, target);
    symlinkSync(basename(target), path);
  }
  if (at === undefined) return;
  if (does === 'edit') writeFileSync(at, `${readFileSync(at, 'utf8')}// my own line ${counter}\n`);
  if (does === 'delete') rmSync(at);
  if (does === 'respell') renameSync(at, join(dirname(at), basename(at).toUpperCase()));
  if (does === 'move folder' && dirname(at) !== project) {
    mkdirSync(join(project, `within-${counter}`));
    renameSync(dirname(at), join(project, `within-${counter}`, 'folder'));
  }
  if (does !== 'move' && does !== 'link') return;
  const target = join(project, `moved-${counter}`, basename(at));
  mkdirSync(dirname(target));
  renameSync(at, target);
  if (does === 'link') symlinkSync(relative(dirname(at), target), at);
}

function rendered(home: string, where: string, version: number, guide: boolean): string {
  const folder = join(home, `rendered-${where}-${version}-${guide}`);
  return writeTree(folder, {
    [`${where}/store.ts`]: source('store', 'a', `b${version}`, 'c', 'd', 'e'),
    [`${where}/index.ts`]: source('session', `a${version}`, 'b', 'c', 'd', 'e'),
    ...(version > 1 ? { [`${where}/added.ts`]: source('added', `a${version}`) } : {}),
    ...(guide ? { [`${where}/guide.md`]: `# ${version}\n\nText.\n` } : {}),
  });
}

async function runProgram(project: string, args: readonly string[], env: Record<string, string> = {}) {
  const preload = Object.keys(env).length === 0 ? [] : ['--import', program.faulty];
  const { exitCode, signal, stderr } = await execa(
    process.execPath,
    [...preload, program.file, project, ...args],
    { reject: false, timeout: 20_000, env: { ...env, FAULT_ROOT: project } },
  );
  return { exitCode, signal, stderr };
}

/** Actions of the program; they return the exit code. */
async function carryOut(project: string, home: string, step: Operation): Promise<number | undefined> {
  if (step.does === 'undo') return check(await runProgram(project, ['--undo']));
  if (step.does === 'run') {
    const folder = rendered(home, step.dir, step.version, step.guide);
    const exitCode = check(await runProgram(project, [folder, '--on-conflict', 'mine']));
    if (exitCode === 0) expect(await runProgram(project, [folder, '--check'])).toMatchObject({ exitCode: 0 });
    return exitCode;
  }
  if (step.does !== 'fail') return undefined;
  const folder = rendered(home, step.dir, step.version, true);
  const env = { FAULT: step.fault, FAULT_OF: 'all', FAULT_AT: `${step.at}` };
  return check(await runProgram(project, [folder, '--on-conflict', 'mine'], env));
}

function check({ exitCode, signal, stderr }: Awaited<ReturnType<typeof runProgram>>): number | undefined {
  expect({ exitCode, signal, stderr }).toSatisfy(
    () => signal === 'SIGKILL' || exitCode === 0 || exitCode === 2 || exitCode === 4,
  );
  return exitCode;
}

/** In a folder that follows the modules, the guide of each run has the path of the last one, which was deleted. */
const ONE_PLACE_FOR_TWO: Operation[] = [
  { does: 'move', file: 'index.ts' },
  { does: 'delete', file: 'store.ts' },
  { does: 'run', dir: 'lib', version: 0, guide: true },
  { does: 'delete', file: 'guide.md' },
  { does: 'run', dir: 'src', version: 0, guide: true },
];

/** The file that is no longer generated is where a link of the user leads to. */
const LINK_TO_ONE_NO_LONGER_GENERATED: Operation[] = [
  { does: 'run', dir: 'src', version: 2, guide: true },
  { does: 'move', file: 'added.ts' },
  { does: 'link', file: 'added.ts' },
  { does: 'run', dir: 'src', version: 0, guide: true },
];

const isProgram = ({ does }: Operation): boolean => ['undo', 'run', 'fail'].includes(does);

test('no line of the user is lost, no link is removed, and no run ends with an unexpected error', {
  timeout: 600_000,
}, async () => {
  const years = fc.array(operation, { minLength: 6, maxLength: 14, size: 'max' });
  await fc.assert(
    fc.asyncProperty(years, async (steps) => {
      const home = await temporaryFolder();
      const project = writeTree(join(home, 'project'), {});
      await carryOut(project, home, { does: 'run', dir: 'src', version: 0, guide: true });
      for (const step of steps) {
        if (!isProgram(step)) {
          change(project, step);
          continue;
        }
        const lines = ownLines(project);
        const whole = links(project).filter((path) => leads(project, path));
        await carryOut(project, home, step);
        await openProject(project, GENERATOR).catch((error) => expect(error.exitCode).toBeOneOf([2, 4]));
        expect(ownLines(project)).toEqual(expect.arrayContaining(lines));
        expect(links(project).filter((path) => leads(project, path))).toEqual(expect.arrayContaining(whole));
      }
    }),
    { numRuns: runs(40), examples: [[ONE_PLACE_FOR_TWO], [LINK_TO_ONE_NO_LONGER_GENERATED]] },
  );
});
