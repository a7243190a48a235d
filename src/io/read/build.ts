import { dirname, join } from 'node:path';
import { importsIn } from '../../core/project/imports.ts';
import { DEFAULT_SOURCES, folderAround, sourceFolderOf } from '../../core/project/source-folder.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { isFile, readTextIfAny } from '../files.ts';
import {
  type CompilerOptions,
  emitsCode,
  foldersIn,
  type ImportOptions,
  takesTs,
} from './compiler-options.ts';
import { runsOfTsc, type TscRun } from './tsc-runs.ts';
import { configFor, configsIfIntact, homeOf, inclusionOf, tsconfigIn } from './tsconfig.ts';
import { TsconfigFiles } from './tsconfig-files.ts';

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
export function readBuild(
  root: string,
  { dir, app, top, scripts, isBabel, modules }: KnownOfBuild,
  settled: Extension | undefined,
): BuildFacts {
  const isWithJs = modules === 'esm' && importsWithJs(root, app);
  const isInJs = /\.[cm]?jsx?$/.test(app ?? '');
  const unknown: Omit<BuildFacts, 'warnings'> = {
    importExtension: settled ?? (isWithJs ? 'js' : isBabel ? 'none' : 'ts'),
    sourceFolder: folderAround(app),
    isCheckedOnly: false,
  };
  const home = homeOf(join(root, dir ?? dirname(app ?? '')), top);
  if (home === undefined) return { ...unknown, warnings: [] };
  const files = new TsconfigFiles();
  try {
    const folder = join(root, dir ?? dirname(app ?? `${DEFAULT_SOURCES}/app`));
    const config = configFor(home, folder, files);
    files.refuseUnread();
    const built = buildsOf(runsOfTsc(root, scripts), folder, home);
    const isCheckedOnly = isInJs && built.length === 0;
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
        ? 'how imports end is a guess; --import-extension changes that'
        : 'imports end as they did before';
    return {
      ...unknown,
      isCheckedOnly: isInJs,
      warnings: [`tsconfig.json cannot be read (${reason}); ${effect}.`],
    };
  }
}

/** Whether the app imports its own TypeScript with `.js`: whatever compiles it keeps such imports, or follows them. */
function importsWithJs(root: string, app = ''): boolean {
  const text = /\.tsx?$/.test(app) ? readTextIfAny(join(root, app)) : undefined;
  return importsIn(text ?? '').some(({ specifier }) => /^\..*\.js$/.test(specifier));
}

/**
 * The options by which tsc writes JavaScript for the files of a folder.
 *
 * @param home the folder of the tsconfig.json that tsc finds where it is called without one
 */
function buildsOf(runs: readonly TscRun[], folder: string, home: string): readonly CompilerOptions[] {
  const paths = runs.filter(({ emits }) => emits).flatMap((run) => run.configs);
  const there = paths.map((path) => (isFile(path) ? path : tsconfigIn(home)));
  const configs = configsIfIntact(there);
  return configs
    .filter(inclusionOf(join(folder, 'index.ts')))
    .map(({ config }) => config.compilerOptions ?? {})
    .filter(emitsCode);
}

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
