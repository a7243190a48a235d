import { dirname, join } from 'node:path';
import { createFilesMatcher } from 'get-tsconfig';
import {
  buildDoubts,
  type Interop,
  type SessionBuild,
  sessionDoubts,
  tsupDoubts,
} from '../../core/plan/build-doubts.ts';
import { ESLINT_CONFIGS, lintDoubts } from '../../core/plan/lint-doubts.ts';
import { isBelow } from '../../core/project/ranges.ts';
import { startScripts } from '../../core/project/start-scripts.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { inNewProject } from '../../core/render/generated-files.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import { isFile, readTextIfAny } from '../files.ts';
import { pathIn } from '../locate.ts';
import { buildOf, type CompilerOptions, emitsCode, foldersIn, takesTs } from './compiler-options.ts';
import { foldersOfRepository } from './repository.ts';
import { sourceFiles } from './sources.ts';
import { runsOfTsc } from './tsc-runs.ts';
import {
  type Config,
  configFor,
  configsIfIntact,
  homeOf,
  IS_CASE_SENSITIVE,
  inclusionOf,
  tsconfigIn,
  unlessDamaged,
} from './tsconfig.ts';
import { TsconfigFiles } from './tsconfig-files.ts';
import { workspaceAround } from './workspace.ts';

/**
 * Warnings about the effect of new files on a build.
 *
 * @param dir the folder of the session files, which the app imports: they have to be part of its build
 */
export function doubtsAboutBuild(
  project: Pick<
    Project,
    'root' | 'kind' | 'kept' | 'language' | 'modules' | 'packages' | 'scripts' | 'manifest'
  >,
  rendered: readonly RenderedFile[],
  dir: string,
): readonly string[] {
  if (inNewProject('tsconfig')({ project })) return [];
  const { root, language, modules, manifest } = project;
  const known = new Set(manifest?.files.map(({ id }) => id));
  const added = rendered.filter((file) => !known.has(file.id));
  if (added.length === 0) return [];
  const top = language === 'typescript' ? workspaceAround(root) : undefined;
  const home = homeOf(join(root, dir), top ?? root);
  const files = new TsconfigFiles();
  const builds = readBuilds(project, files);
  const own = home
    ? unlessDamaged(() => configFor(home, join(root, dir), files))
    : builds.configs.find(inclusionOf(join(root, dir, 'index.ts')));
  files.refuseUnread();
  const isInside = ({ path }: RenderedFile) => path.startsWith(`${dir}/`);
  const endsInTs = added.some(({ id, text }) => id === 'session' && text.includes("from './connection.ts'"));
  const about =
    own && added.some(isInside)
      ? sessionDoubts({ ...optionsOf(own, project, dir), endsInTs }, dir, modules)
      : [];
  const elsewhere = added.filter((file) => !isInside(file)).map(({ path }) => path);
  const { doubts, unlisted } = doubtsAboutOthers(root, elsewhere.filter(isCode), builds);
  const tsup = TSUP_CONFIGS.map((name) => readTextIfAny(join(root, name)) ?? '').join('');
  const ofTsup = added.some(isInside) ? tsupDoubts(Object.values(project.scripts), tsup, dir) : [];
  return [...about, ...ofTsup, ...doubts, ...doubtsAboutLint(root, unlisted)];
}

const TSUP_CONFIGS = ['ts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `tsup.config.${ending}`);

interface Builds {
  /** Each tsconfig that a script or an editor uses. */
  readonly configs: readonly Config[];
  /** Whether the app is, or may be, started from what tsc writes by a tsconfig. */
  readonly isRun: (config: Config, outDir: string | undefined) => boolean;
}

function readBuilds({ root, scripts }: Pick<Project, 'root' | 'scripts'>, files: TsconfigFiles): Builds {
  const runs = runsOfTsc(root, Object.values(scripts));
  const built = runs.filter(({ emits }) => emits).flatMap((run) => run.configs);
  const configs = configsIfIntact([tsconfigIn(root), ...runs.flatMap((run) => run.configs)], files);
  const emitting = configsIfIntact(built.length === 0 ? [tsconfigIn(root)] : built, files);
  const starts = startScripts(scripts).map(([, command]) => command);
  // Without a script that runs tsc, it may be run by hand, unless the app is started from its sources.
  const isUsed = (outDir = '') =>
    built.length > 0 || starts.length === 0 || starts.some((command) => command.includes(outDir));
  return {
    configs,
    isRun: ({ path }, outDir) => emitting.some((each) => each.path === path) && isUsed(outDir),
  };
}

/** What new files outside of the session folder do to builds that include them, and which ones no build includes. */
function doubtsAboutOthers(
  root: string,
  added: readonly string[],
  { configs, isRun }: Builds,
): { readonly doubts: readonly string[]; readonly unlisted: readonly string[] } {
  const doubts: string[] = [];
  const listed = new Set<string>();
  for (const config of configs) {
    const matches = unlessDamaged(() => createFilesMatcher(config, IS_CASE_SENSITIVE));
    const isCompiled = (file: string) => matches?.(join(root, file)) !== undefined;
    const compiled = added.filter(isCompiled);
    if (compiled.length === 0) continue;
    for (const file of compiled) listed.add(file);
    const build = buildOf(config, root);
    const effect = isRun(config, build.outDir) ? build : { ...build, outDir: undefined };
    const before = [...sourceFiles(root)].filter((file) => isCode(file) && isCompiled(file));
    doubts.push(...buildDoubts(effect, before, compiled, pathIn(root, config.path)));
  }
  return { doubts, unlisted: added.filter((path) => !listed.has(path)) };
}

function doubtsAboutLint(root: string, unlisted: readonly string[]): readonly string[] {
  const folders = foldersOfRepository(root);
  const config = folders.flatMap((folder) => ESLINT_CONFIGS.map((name) => join(folder, name))).find(isFile);
  if (config === undefined) return [];
  const seen = unlisted.map((path) => pathIn(dirname(config), join(root, path)));
  return lintDoubts(pathIn(root, config), readTextIfAny(config) ?? '', seen);
}

/** The options that decide whether and how the session files are compiled. */
function optionsOf(
  { path, config }: Config,
  { root, packages }: Pick<Project, 'root' | 'packages'>,
  dir: string,
): Omit<SessionBuild, 'endsInTs'> {
  const isIncluded = inclusionOf(join(root, dir, 'index.ts'));
  const compilerOptions = config.compilerOptions ?? {};
  const { rootDir } = foldersIn({ path, config }, root);
  const { typescript } = packages;
  const isOlder = typescript !== undefined && isBelow(typescript, 6);
  const isOwn = /^(?:node|preserve)/i.test(compilerOptions.module ?? '');
  const isEs5 = /^es[35]$/i.test(compilerOptions.target ?? (isOlder && !isOwn ? 'es5' : ''));
  return {
    name: pathIn(root, path),
    rootDir,
    module: `${compilerOptions.module ?? (isEs5 ? 'commonjs' : '')}`.toLowerCase(),
    moduleResolution: `${compilerOptions.moduleResolution ?? ''}`.toLowerCase(),
    verbatim: compilerOptions.verbatimModuleSyntax === true,
    interop: interopOf(compilerOptions, isOwn || !isOlder),
    isEs5,
    // tsc writes nothing by a jsconfig.json.
    emits: emitsCode(compilerOptions) && !path.endsWith('jsconfig.json'),
    takesTs: takesTs(compilerOptions),
    isolatedDeclarations: compilerOptions.isolatedDeclarations === true,
    isUnlisted: compilerOptions.composite === true && !isIncluded({ path, config }),
  };
}

/** @param isDefault as it is for the Node module kinds, and with TypeScript 6 or later for all */
const interopOf = (
  { esModuleInterop, allowSyntheticDefaultImports }: CompilerOptions,
  isDefault: boolean,
): Interop => ({ emitted: esModuleInterop ?? isDefault, typed: allowSyntheticDefaultImports ?? false });

/** Not declarations, which have no output. */
const isCode = (path: string): boolean => /(?<!\.d)\.[cm]?[jt]sx?$/.test(path);
