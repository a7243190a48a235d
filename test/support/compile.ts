import { join } from 'node:path';
import { execa } from 'execa';
import { MODULES } from './packages.ts';
import { installProjects } from './project.ts';
import type { Tree } from './tree.ts';

/** Flags that each make the compiler stricter. */
const CHECKS = [
  ...['strict', 'exactOptionalPropertyTypes', 'noUncheckedIndexedAccess', 'verbatimModuleSyntax'],
  ...['isolatedModules', 'noImplicitOverride', 'noImplicitReturns', 'noFallthroughCasesInSwitch'],
  ...['noUnusedLocals', 'noUnusedParameters', 'noPropertyAccessFromIndexSignature'],
  ...['noUncheckedSideEffectImports', 'erasableSyntaxOnly'],
];

const allSetTo = (value: boolean) =>
  Object.fromEntries(CHECKS.map((name): [string, boolean] => [name, value]));

/** Flags that the tsconfig of a project may have: the generated code has to compile with each set. */
export const FLAGS = {
  strictest: allSetTo(true),
  loosest: allSetTo(false),
  'without checks of function types': { ...allSetTo(true), strictFunctionTypes: false },
  'without null checks': { ...allSetTo(true), strictNullChecks: false, exactOptionalPropertyTypes: false },
} as const;

interface Compilation {
  /** The compiler options, as in a tsconfig.json. */
  readonly tsconfig: object;
  /** The package of the compiler. */
  readonly compiler?: string;
  /** Installs packages under the names of others. */
  readonly aliases?: Readonly<Record<string, string>>;
}

const TSCONFIG = 'tsconfig.test.json';

/**
 * Compiles projects in one run of the compiler, so that the types of the packages are read once.
 *
 * @param trees the projects by name; each error begins with the name of its project
 */
export async function compile(
  trees: Readonly<Record<string, Tree>>,
  { tsconfig, compiler = 'typescript', aliases }: Compilation,
): Promise<{ exitCode: number | undefined; errors: string }> {
  const own = { [TSCONFIG]: JSON.stringify(tsconfig) };
  const projects = Object.entries(trees).map(([name, tree]): [string, Tree] => [name, { ...tree, ...own }]);
  const cwd = installProjects(Object.fromEntries(projects), aliases);
  const tsc = join(MODULES, compiler, 'bin', 'tsc');
  const builds = projects.map(([name]) => join(name, TSCONFIG));
  const { exitCode, all } = await execa('node', [tsc, '-b', ...builds], { cwd, reject: false, all: true });
  return { exitCode, errors: all };
}

export const COMPILED = { exitCode: 0, errors: '' };
