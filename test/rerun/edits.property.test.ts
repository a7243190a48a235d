import { execa } from 'execa';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { UserError } from '../../src/core/errors.ts';
import { wantedPackage } from '../../src/core/patch/wanted-package.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { PLAIN, STYLES } from '../support/generated.ts';
import { linkPackages, TSC } from '../support/packages.ts';
import { temporaryFolder } from '../support/program.ts';
import { regenerateInMemory } from '../support/rerun/in-memory.ts';
import { fc, sample } from '../support/sampling.ts';
import { type Tree, writeTree } from '../support/tree.ts';

const settings: fc.Arbitrary<Settings> = fc
  .record({
    connection: fc.constantFrom(...Object.values(STYLES)),
    collection: fc.constantFrom('sessions', 'logins'),
    ttl: fc.constantFrom(3600, 1_209_600),
    absoluteTtl: fc.constantFrom(undefined, 2_592_000),
    touchAfter: fc.constantFrom(undefined, 300),
    rolling: fc.boolean(),
    userKey: fc.constantFrom(undefined, 'userId'),
    encrypt: fc.boolean(),
    onConcurrentWrite: fc.constantFrom('merge', 'overwrite', 'throw'),
    app: fc.boolean(),
    dir: fc.constantFrom('src/session', 'src/session', 'src/auth/session'),
  })
  .map((chosen) => ({
    ...PLAIN,
    ...chosen,
    project: { ...PLAIN.project, kind: 'new' },
  }));

/** An edit of a generated file; the numbers choose the file and the place in it. */
interface Edit {
  readonly kind: 'comment' | 'statement' | 'remove' | 'move' | 'onto' | 'crlf';
  readonly file: number;
  readonly line: number;
}

const edits = (...kinds: Edit['kind'][]) =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), file: fc.nat(), line: fc.nat() }), { maxLength: 6 });

const render = (chosen: Settings) => renderFiles(chosen, templates);
const isGenerated = (path: string) => !path.startsWith('.koa-mongo-session');
const linesIn = (text = '') => text.split(/\r?\n/);

/** Places for a statement: before an unindented statement that is not an import. */
const isPlaceForStatement = (line: string) => /^(?:export |const |function |class )/.test(line);

/** Paths that only some options generate. */
const PLACES = ['app', 'server', 'database', 'session/store', 'session/index', 'auth/session/store'].map(
  (name) => `src/${name}.ts`,
);

function applyEdit(project: Tree, { kind, file, line }: Edit, index: number): Tree {
  const paths = Object.keys(project).filter((path) => isGenerated(path) && path.endsWith('.ts'));
  const path = paths[file % paths.length];
  if (path === undefined) return project;
  const { [path]: text = '', ...others } = project;
  if (kind === 'remove') return others;
  if (kind === 'move') return { ...others, [`moved-${index}/${path}`]: text };
  if (kind === 'onto') return { ...others, [PLACES[line % PLACES.length] ?? path]: text };
  if (kind === 'crlf') return { ...others, [path]: linesIn(text).join('\r\n') };
  return { ...others, [path]: insert(text, kind, line, index) };
}

function insert(text: string, kind: 'comment' | 'statement', line: number, index: number): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = linesIn(text);
  const places = lines.flatMap((each, at) =>
    at > 0 && (kind === 'comment' || isPlaceForStatement(each)) ? [at] : [],
  );
  const place = places[line % places.length];
  if (place === undefined) return text;
  const mine = kind === 'comment' ? `// my own ${index}` : `export const myOwn${index} = ${index};`;
  return lines.toSpliced(place, 0, mine).join(end);
}

const applyEdits = (project: Tree, all: readonly Edit[]) => all.reduce(applyEdit, project);
const ownLines = (project: Tree) =>
  Object.entries(project)
    .filter(([path]) => isGenerated(path))
    .flatMap(([, text]) => linesIn(text).filter((line) => /my ?own/i.test(line)))
    .sort();
const sources = (project: Tree) =>
  Object.entries(project).filter(([path]) => isGenerated(path) && path.endsWith('.ts'));
const pathsOf = (project: Tree) => Object.keys(project).filter(isGenerated).sort();

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 4) return undefined;
    throw error;
  }
}

const isMarked = (text: string) => text.includes('<<<<<<<');

describe('with any edits and any change of options', () => {
  const edited = edits('comment', 'statement', 'remove', 'move', 'crlf');

  test.each(['mine', 'markers'] as const)('no line of the user is lost (%s)', (verdict) => {
    fc.assert(
      fc.property(settings, edited, settings, (before, all, after) => {
        const project = applyEdits(regenerateInMemory({}, render(before), verdict).tree, all);
        const { tree } = regenerateInMemory(project, render(after), verdict);
        expect(ownLines(tree)).toEqual(ownLines(project));
      }),
    );
  });

  test('with `theirs`, a line is lost only in an overlap, and is then in a backup', () => {
    fc.assert(
      fc.property(settings, edited, settings, (before, all, after) => {
        const project = applyEdits(regenerateInMemory({}, render(before), 'mine').tree, all);
        const { plan, tree } = regenerateInMemory(project, render(after), 'theirs');
        const lost = ownLines(project).filter((line) => !ownLines(tree).includes(line));
        const overlapping = plan.entries.flatMap((entry) => (entry.action === 'conflict' ? entry.hunks : []));
        const backups = Object.entries(tree).filter(([path]) => path.includes('/backup/'));
        for (const line of lost) {
          expect(overlapping.some(({ mine }) => mine.some((each) => each.trimEnd() === line))).toBe(true);
          expect(backups.some(([, text]) => linesIn(text).includes(line))).toBe(true);
        }
      }),
    );
  });

  test('removed files stay removed, and moved files stay at their place', () => {
    fc.assert(
      fc.property(settings, edited, settings, (before, all, after) => {
        const original = regenerateInMemory({}, render(before), 'mine').tree;
        const project = applyEdits(original, all);
        const { tree } = regenerateInMemory(project, render({ ...after, dir: before.dir }), 'mine');
        const gone = pathsOf(original).filter((path) => !(path in project));
        expect(pathsOf(tree).filter((path) => gone.includes(path))).toEqual([]);
        const moved = pathsOf(project).filter((path) => path.startsWith('moved-'));
        const kept =
          ownLines(project).length > 0
            ? moved.filter((path) => ownLines({ path: project[path] ?? '' }).length > 0)
            : [];
        expect(pathsOf(tree)).toEqual(expect.arrayContaining(kept));
      }),
    );
  });

  test('a second run changes nothing', () => {
    fc.assert(
      fc.property(
        settings,
        edited,
        settings,
        fc.constantFrom('mine', 'theirs'),
        (before, all, after, verdict) => {
          const project = applyEdits(regenerateInMemory({}, render(before), verdict).tree, all);
          const { tree } = regenerateInMemory(project, render(after), verdict);
          expect(regenerateInMemory(tree, render(after), 'mine').changed).toEqual([]);
        },
      ),
    );
  });

  test('a run after a successful one is not refused, even if files were moved', () => {
    fc.assert(
      fc.property(settings, edits('remove', 'move', 'onto'), settings, (before, all, after) => {
        const project = applyEdits(regenerateInMemory({}, render(before), 'mine').tree, all);
        const tree = unlessRefused(() => regenerateInMemory(project, render(after), 'mine').tree);
        if (tree) expect(regenerateInMemory(tree, render(after), 'mine').changed).toEqual([]);
      }),
    );
  });

  test('after any changes of options, an unedited project is the same as a newly generated one', () => {
    fc.assert(
      fc.property(fc.array(settings, { minLength: 2, maxLength: 4 }), (chosen) => {
        const project = chosen.reduce<Tree>(
          (tree, each) => regenerateInMemory(tree, render(each), 'mine').tree,
          {},
        );
        const anew = regenerateInMemory({}, render(chosen.at(-1) ?? PLAIN), 'mine').tree;
        expect(project).toEqual(anew);
      }),
    );
  });

  test('a merge without overlap is still TypeScript', () => {
    fc.assert(
      fc.property(settings, edits('comment', 'statement'), settings, (before, all, after) => {
        const project = applyEdits(regenerateInMemory({}, render(before), 'mine').tree, all);
        const { tree } = regenerateInMemory(project, render(after), 'markers');
        for (const [path, text] of sources(tree)) if (!isMarked(text)) parseAst(text, { lang: 'ts' }, path);
      }),
    );
  });
});

test('a project that compiled with edits compiles after a re-run', async () => {
  // Options that move the modules or no longer generate the app are excluded, since they break imports of the user's
  // files.
  const samples = fc.sample(fc.tuple(settings, edits('comment', 'statement'), settings), SAMPLES);
  const projects = samples.map(([before, made, after]) => {
    const project = applyEdits(regenerateInMemory({}, render(before), 'mine').tree, made);
    return regenerateInMemory(
      project,
      render({ ...after, dir: before.dir, app: before.app || after.app }),
      'markers',
    ).tree;
  });
  // The user has to resolve markers first.
  const whole = projects.filter((tree) => !sources(tree).some(([, text]) => isMarked(text)));
  expect(whole.length).toBeGreaterThan(SAMPLES / 4);
  for (const tree of sample(whole, COMPILED)) expect(await problemsIn(tree)).toBe('');
});

const SAMPLES = 12;
const COMPILED = 1;
/** Packages that the projects import in addition to those of their style. */
const IMPORTED = { mongodb: '*', 'mongodb-memory-server-core': '*' };

async function problemsIn(tree: Tree): Promise<string> {
  const { dependencies, devDependencies } = wantedPackage({ ...PLAIN, connection: STYLES.mongoose });
  const packages = { type: 'module', dependencies: { ...dependencies, ...IMPORTED }, devDependencies };
  const folder = await temporaryFolder();
  writeTree(folder, {
    ...tree,
    'tsconfig.json': JSON.stringify(TSCONFIG),
    'package.json': JSON.stringify(packages),
  });
  linkPackages(folder, JSON.stringify(packages));
  const options = { localDir: process.cwd(), preferLocal: true, reject: false } as const;
  return (await execa('node', [TSC, '-p', folder], options)).stdout;
}

const TSCONFIG = {
  compilerOptions: {
    ...{
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      skipLibCheck: true,
    },
    ...{ allowImportingTsExtensions: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ verbatimModuleSyntax: true, erasableSyntaxOnly: true, isolatedModules: true },
  },
  include: ['**/*.ts'],
};
