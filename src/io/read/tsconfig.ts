import { dirname, join, relative, resolve } from 'node:path';
import type { TsConfigJsonResolved } from 'get-tsconfig';
import {
  type Build,
  buildDoubts,
  type Interop,
  type SessionBuild,
  sessionDoubts,
} from '../../core/plan/build-doubts.ts';
import { ESLINT_CONFIGS, lintDoubts } from '../../core/plan/lint-doubts.ts';
import { importsIn, moduleOf } from '../../core/project/imports.ts';
import { isBelow } from '../../core/project/ranges.ts';
import { DEFAULT_SOURCES, folderAround, sourceFolderOf } from '../../core/project/source-folder.ts';
import { startScripts } from '../../core/project/start-scripts.ts';
import type { Project } from '../../core/project/working-tree.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import { statIfThere } from '../files.ts';
import { pathIn } from '../locate.ts';
import { unlessHidden } from '../system-errors.ts';
import { ConfigFiles } from './config-files.ts';
import { readTextIfAny } from './package-json.ts';
import { workspaceAround } from './place.ts';
import { NO_ALIASES, type PathAliases, sourceFiles } from './sources.ts';

/** A tsconfig, merged with those that it extends. */
interface Config {
  readonly path: string;
  readonly config: TsConfigJsonResolved;
}

type CompilerOptions = NonNullable<TsConfigJsonResolved['compilerOptions']>;
type Extension = Project['importExtension'];

/** Facts about a build besides its tsconfig. */
interface KnownOfBuild {
  /** The folder of the session files, if it is known. */
  readonly dir: string | undefined;
  /** The file that creates the app, if there is one. */
  readonly app: string | undefined;
  /** The folder above which no tsconfig.json counts: that of the project, or of its workspace. */
  readonly top: string;
  /** The commands in package.json. */
  readonly scripts: readonly string[];
  readonly isBabel: boolean;
  readonly modules: Project['modules'];
}

type BuildFacts = Pick<Project, 'importExtension' | 'sourceFolder' | 'warnings'> & {
  /** The app is JavaScript that a compiler only checks: Node runs it and its imports directly. */
  readonly isCheckedOnly: boolean;
};

/**
 * How the imports of a project end, and where its sources are, by its tsconfig and its app.
 *
 * @param settled how imports ended last time, which is kept if the tsconfig cannot be read, for example before an
 * install
 */
export async function readBuild(
  root: string,
  { dir, app, top, scripts, isBabel, modules }: KnownOfBuild,
  settled: Extension | undefined,
): Promise<BuildFacts> {
  const isWithJs = modules === 'esm' && importsWithJs(root, app);
  const unknown: Omit<BuildFacts, 'warnings'> = {
    importExtension: settled ?? (isWithJs ? 'js' : isBabel ? 'none' : 'ts'),
    sourceFolder: folderAround(app),
    isCheckedOnly: false,
  };
  const home = homeOf(join(root, dir ?? dirname(app ?? '')), top);
  if (home === undefined) return { ...unknown, warnings: [] };
  const files = new ConfigFiles();
  try {
    const folder = join(root, dir ?? dirname(app ?? `${DEFAULT_SOURCES}/app`));
    const config = await configFor(home, folder, files);
    files.refuseUnread();
    const built = await buildsOf(runsOfTsc(root, scripts), folder, home);
    const isCheckedOnly = built.length === 0 && /\.[cm]?jsx?$/.test(app ?? '');
    return {
      isCheckedOnly,
      importExtension: isCheckedOnly
        ? 'ts'
        : extensionFor([config.config.compilerOptions ?? {}, ...built], modules, isWithJs),
      sourceFolder: sourceFolderOf(foldersIn(config, root), app),
      warnings: [],
    };
  } catch (error) {
    files.refuseUnread();
    const { message: reason } = files.problem ?? (error as Error);
    const effect =
      settled === undefined
        ? 'imports are written with ".ts"; --import-extension changes that'
        : 'imports end as they did before';
    return { ...unknown, warnings: [`tsconfig.json cannot be read (${reason}); ${effect}.`] };
  }
}

/** Whether the app imports its own TypeScript with `.js`: whatever compiles it keeps such imports, or follows them. */
function importsWithJs(root: string, app = ''): boolean {
  const text = /\.tsx?$/.test(app) ? readTextIfAny(join(root, app)) : undefined;
  return importsIn(text ?? '').some(({ specifier }) => /^\..*\.js$/.test(specifier));
}

/** The folder of the tsconfig.json for a path, as in an editor: the nearest one that can be read. */
function homeOf(folder: string, root: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (unlessHidden(() => statIfThere(tsconfigIn(at)))) return at;
    if (at === root || dirname(at) === at) return undefined;
  }
}

/** The one that includes the files of a folder, otherwise the first one that is not for tests. */
async function configFor(home: string, folder: string, cache: ConfigFiles): Promise<Config> {
  const configs = await configsOf(home, cache);
  const isIncluded = await inclusionOf(join(folder, 'index.ts'));
  const [first] = configs;
  if (first === undefined) throw new Error('it has no files and no references');
  return (
    configs.find(isIncluded) ??
    configs.find(({ path }) => !/test|spec|node|e2e/i.test(relative(home, path))) ??
    first
  );
}

/**
 * The options by which tsc writes JavaScript for the files of a folder.
 *
 * @param home the folder of the tsconfig.json that tsc finds where it is called without one
 */
async function buildsOf(
  runs: readonly TscRun[],
  folder: string,
  home: string,
): Promise<readonly CompilerOptions[]> {
  const paths = runs.filter(({ emits }) => emits).flatMap((run) => run.configs);
  const there = paths.map((path) => (isFile(path) ? path : tsconfigIn(home)));
  const configs = (await unlessDamaged(() => configsOf(home, new ConfigFiles(), there))) ?? [];
  return configs
    .filter(await inclusionOf(join(folder, 'index.ts')))
    .map(({ config }) => config.compilerOptions ?? {})
    .filter(emitsCode);
}

/** Whether a tsconfig includes a file. */
async function inclusionOf(file: string): Promise<(config: Config) => boolean> {
  const { createFilesMatcher } = await import('get-tsconfig');
  return (config) => createFilesMatcher(config, IS_CASE_SENSITIVE)(file) !== undefined;
}

/** Set, since get-tsconfig would otherwise test it by writing a file into the current directory. */
const IS_CASE_SENSITIVE = process.platform === 'linux';

/** tsc treats an option that is null as missing; get-tsconfig does not. */
function withoutNulls(config: TsConfigJsonResolved): TsConfigJsonResolved {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

const MAX_CONFIGS = 50;

/** tsconfig.json itself or, if it has no files of its own, those that it references. */
async function configsOf(
  root: string,
  cache: ConfigFiles,
  starts: readonly string[] = [tsconfigIn(root)],
): Promise<Config[]> {
  const { parseTsconfig } = await import('get-tsconfig');
  const found: Config[] = [];
  const waiting = [...starts];
  const seen = new Set<string>();
  for (let path = waiting.shift(); path !== undefined && seen.size < MAX_CONFIGS; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const config = withoutNulls(parseTsconfig(path, cache));
    if (!isSolution(config)) found.push({ path, config });
    const folder = dirname(path);
    const further = (config.references ?? []).map((reference) => fileOf(resolve(folder, reference.path)));
    waiting.push(...further.filter((each) => isSolution(config) && isFile(each)));
  }
  return found;
}

/**
 * Aliases from `paths` and `baseUrl` of tsconfigs; none if they cannot be read.
 *
 * @param near a folder, whose tsconfig.json is used
 */
export async function readAliases(root: string, near = ''): Promise<PathAliases> {
  const home = homeOf(join(root, near), root);
  if (home === undefined) return NO_ALIASES;
  const configs = (await unlessDamaged(() => configsOf(home, new ConfigFiles()))) ?? [];
  const { createPathsMatcher } = await import('get-tsconfig');
  const matchers = configs.map((config) => createPathsMatcher(config)).filter((matcher) => matcher !== null);
  const names = configs.flatMap(({ config }) => Object.keys(config.compilerOptions?.paths ?? {}));
  return {
    prefixes: names.map((name) => name.split('*', 1).join()),
    modulesOf: (name) =>
      matchers.flatMap((matcher) => matcher(name)).map((path) => moduleOf(pathIn(root, path))),
  };
}

/** The folders to which tsc writes, by tsconfig.json and by those that commands name; relative to the project. */
export async function outputFolders(root: string, commands: readonly string[]): Promise<readonly string[]> {
  const paths = [tsconfigIn(root), ...runsOfTsc(root, commands).flatMap((run) => run.configs)].filter(isFile);
  if (paths.length === 0) return [];
  const configs = (await unlessDamaged(() => configsOf(root, new ConfigFiles(), paths))) ?? [];
  return configs.map((config) => buildOf(config, root).outDir).filter((folder) => folder !== undefined);
}

const isSolution = ({ files, include, references }: TsConfigJsonResolved): boolean =>
  (references?.length ?? 0) > 0 && files?.length === 0 && (include?.length ?? 0) === 0;

/** A reference names a file, or a folder with a tsconfig.json. */
const fileOf = (path: string): string => (statIfThere(path)?.isDirectory() ? tsconfigIn(path) : path);

/** The folders of sources in a tsconfig, as paths in the project. */
function foldersIn({ path, config }: Config, root: string) {
  const within = (folder: string) => pathIn(root, resolve(dirname(path), folder));
  const { rootDir } = config.compilerOptions ?? {};
  return {
    rootDir: typeof rootDir === 'string' ? within(rootDir) : undefined,
    include: (config.include ?? (config.files ? [] : ['**/*']))
      .filter((each) => typeof each === 'string')
      .map(within),
  };
}

/**
 * Warnings about the effect of new files on a build.
 *
 * @param dir the folder of the session files, which the app imports: they have to be part of its build
 */
export async function doubtsAboutBuild(
  project: Pick<
    Project,
    'root' | 'kind' | 'kept' | 'language' | 'modules' | 'packages' | 'scripts' | 'manifest'
  >,
  rendered: readonly RenderedFile[],
  dir: string,
): Promise<readonly string[]> {
  const { root, kind, kept, language, modules, manifest } = project;
  const known = new Set(manifest?.files.map(({ id }) => id));
  const added = rendered.filter((file) => !known.has(file.id));
  const isOurs = kind === 'new' && !kept.includes('tsconfig');
  const top = language === 'typescript' ? workspaceAround(root) : undefined;
  const home = homeOf(join(root, dir), top ?? root);
  if (isOurs || added.length === 0 || home === undefined) return [];
  const { createFilesMatcher } = await import('get-tsconfig');
  const files = new ConfigFiles();
  const runs = runsOfTsc(root, Object.values(project.scripts));
  const built = runs.filter(({ emits }) => emits).flatMap((run) => run.configs);
  const from = (starts: readonly string[]) =>
    unlessDamaged(() => configsOf(root, files, starts.filter(isFile)));
  const configs = await from([tsconfigIn(root), ...runs.flatMap((run) => run.configs)]);
  const starts = startScripts(project.scripts).map(([, command]) => command);
  // Without a script that runs tsc, it may be run by hand, unless the app is started from its sources.
  const isUsed = (outDir = '') =>
    built.length > 0 || starts.length === 0 || starts.some((command) => command.includes(outDir));
  const emitting = await from(built.length === 0 ? [tsconfigIn(root)] : built);
  const own = await unlessDamaged(() => configFor(home, join(root, dir), files));
  files.refuseUnread();
  const isNew = added.some(({ path }) => path.startsWith(`${dir}/`));
  const endsInTs = added.some(({ id, text }) => id === 'session' && text.includes("from './connection.ts'"));
  const about =
    own && isNew ? sessionDoubts({ ...(await optionsOf(own, project, dir)), endsInTs }, dir, modules) : [];
  const others: string[] = [];
  const listed = new Set<string>();
  const elsewhere = added.filter(({ path }) => !path.startsWith(`${dir}/`));
  for (const { config, path } of configs ?? []) {
    const matches = await unlessDamaged(async () => createFilesMatcher({ config, path }, IS_CASE_SENSITIVE));
    if (matches === undefined) continue;
    const isCompiled = (file: string) => COMPILED.test(file) && matches(join(root, file)) !== undefined;
    const compiled = elsewhere.map((file) => file.path).filter(isCompiled);
    for (const file of compiled) listed.add(file);
    if (compiled.length === 0) continue;
    const name = pathIn(root, path);
    const build = buildOf({ config, path }, root);
    const isEmitting = emitting?.some((each) => each.path === path) && isUsed(build.outDir);
    const effect = isEmitting ? build : { ...build, outDir: undefined };
    others.push(...buildDoubts(effect, [...sourceFiles(root)].filter(isCompiled), compiled, name));
  }
  const unlisted = elsewhere
    .map((file) => file.path)
    .filter((path) => COMPILED.test(path) && !listed.has(path));
  return [...about, ...others, ...doubtsAboutLint(root, unlisted)];
}

function doubtsAboutLint(root: string, unlisted: readonly string[]): readonly string[] {
  const name = ESLINT_CONFIGS.find((each) => isFile(join(root, each)));
  return name === undefined ? [] : lintDoubts(name, readTextIfAny(join(root, name)) ?? '', unlisted);
}

/** A command of a script that runs `tsc`. */
interface TscRun {
  /** Whether it emits JavaScript, as far as its flags say. */
  readonly emits: boolean;
  /** The paths of those that it names, as in `tsc -p tsconfig.build.json`, otherwise of tsconfig.json. */
  readonly configs: readonly string[];
}

/** Also those of tsc-watch; not of tsc-alias, which changes what was emitted. */
const TSC = /\btsc(?:-watch)?(?![\w./-])((?:(?!\btsc(?![\w./-]))[^&|;])*)/g;
const PROJECTS = /\s(?:-p|--project|-b|--build)(?:\s+-\S+)*((?:\s+[^\s-]\S*)*)/i;

const CD = /(?:^|[;&(])\s*cd\s+(['"]?)([\w./@-]+)\1\s*&&/g;

/** The folders to which a script changes before a command in it. */
export const foldersBefore = (script: string, index: number): string[] =>
  [...script.slice(0, index).matchAll(CD)].map(([, , folder = '']) => folder);

function runsOfTsc(root: string, scripts: readonly string[]): readonly TscRun[] {
  return scripts.flatMap((script) =>
    [...script.matchAll(TSC)].map(({ 1: args = '', index }) => {
      const folders = foldersBefore(script, index);
      const named = PROJECTS.exec(args)?.[1]?.match(/[\w./@-]+/g) ?? ['.'];
      return {
        emits: !/\s--(?:noEmit|emitDeclarationOnly)\b(?!\s+false)/i.test(args),
        configs: named.map((each) => fileOf(resolve(root, ...folders, each))),
      };
    }),
  );
}

/** Others write at most declarations. */
const emitsCode = ({ noEmit, emitDeclarationOnly }: CompilerOptions): boolean =>
  noEmit !== true && emitDeclarationOnly !== true;

const isFile = (path: string): boolean => statIfThere(path)?.isFile() ?? false;

/** The options that decide whether and how the session files are compiled. */
async function optionsOf(
  { path, config }: Config,
  { root, packages }: Pick<Project, 'root' | 'packages'>,
  dir: string,
): Promise<Omit<SessionBuild, 'endsInTs'>> {
  const isIncluded = await inclusionOf(join(root, dir, 'index.ts'));
  const compilerOptions = config.compilerOptions ?? {};
  const { rootDir } = foldersIn({ path, config }, root);
  return {
    name: pathIn(root, path),
    rootDir,
    module: `${compilerOptions.module ?? ''}`.toLowerCase(),
    moduleResolution: `${compilerOptions.moduleResolution ?? ''}`.toLowerCase(),
    verbatim: compilerOptions.verbatimModuleSyntax === true,
    interop: interopOf(compilerOptions, packages),
    emits: emitsCode(compilerOptions),
    takesTs: takesTs(compilerOptions),
    isolatedDeclarations: compilerOptions.isolatedDeclarations === true,
    isUnlisted: compilerOptions.composite === true && !isIncluded({ path, config }),
  };
}

/** By default, it is on for the Node module kinds, and with TypeScript 6 or later for all. */
function interopOf(
  { module, esModuleInterop, allowSyntheticDefaultImports }: CompilerOptions,
  { typescript }: Project['packages'],
): Interop {
  const isOwn = /^(?:node|preserve)/i.test(module ?? '');
  const isOlder = typescript !== undefined && isBelow(typescript, 6, 0);
  return {
    emitted: esModuleInterop ?? (isOwn || !isOlder),
    typed: allowSyntheticDefaultImports ?? false,
  };
}

/** Includes folders that are excluded by default, such as outDir. tsc treats null as missing. */
function buildOf({ path, config }: Config, root: string): Build {
  const { compilerOptions = {} } = config;
  const { rootDir, outDir, composite } = compilerOptions;
  const seen = (folder: string | null | undefined) =>
    folder ? pathIn(root, resolve(dirname(path), folder)) : undefined;
  return {
    rootDir: seen(rootDir ?? (composite ? '.' : undefined)),
    outDir: emitsCode(compilerOptions) ? seen(outDir) : undefined,
    exclude: (config.exclude ?? []).map((pattern) => `${pattern}`.replace(/^\.\//, '')),
  };
}

/** Not declarations, which have no output. */
const COMPILED = /(?<!\.d)\.[cm]?[jt]sx?$/;

const tsconfigIn = (root: string): string => join(root, 'tsconfig.json');

/** The code that reads the import endings reports errors in it. */
async function unlessDamaged<T>(parse: () => Promise<T>): Promise<T | undefined> {
  try {
    return await parse();
  } catch {
    return undefined;
  }
}

/** tsc treats `null` as missing. */
interface ImportOptions {
  readonly allowImportingTsExtensions?: boolean | null;
  readonly rewriteRelativeImportExtensions?: boolean | null;
  readonly module?: string | null;
  readonly moduleResolution?: string | null;
}

const takesTs = (options: ImportOptions): boolean =>
  options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true;

/** Node needs `.js` in an ES module that tsc writes, and tsc accepts it with every resolution. */
function extensionFor(
  builds: readonly CompilerOptions[],
  modules: Project['modules'],
  isWithJs: boolean,
): Extension {
  if (builds.every(takesTs)) return 'ts';
  const isResolvedByNode = ({ moduleResolution, module }: ImportOptions) =>
    /^node(?!(?:10)?$)/i.test(moduleResolution ?? module ?? '');
  const isEmitted = modules === 'esm' && builds.length > 1;
  return builds.some(isResolvedByNode) || isEmitted || isWithJs ? 'js' : 'none';
}
