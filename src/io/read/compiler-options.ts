import { dirname, resolve } from 'node:path';
import type { TsConfigJsonResolved } from 'get-tsconfig';
import type { Build } from '../../core/plan/build-doubts.ts';
import { pathIn } from '../locate.ts';
import type { Config } from './tsconfig.ts';

export type CompilerOptions = NonNullable<TsConfigJsonResolved['compilerOptions']>;

/** Whether tsc writes JavaScript, and not at most declarations. */
export const emitsCode = ({ noEmit, emitDeclarationOnly }: CompilerOptions): boolean =>
  noEmit !== true && emitDeclarationOnly !== true;

/** tsc treats `null` as missing. */
export interface ImportOptions {
  readonly allowImportingTsExtensions?: boolean | null;
  readonly rewriteRelativeImportExtensions?: boolean | null;
  readonly module?: string | null;
  readonly moduleResolution?: string | null;
}

/** Whether imports may end with `.ts`. */
export const takesTs = (options: ImportOptions): boolean =>
  options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true;

/** Includes folders that are excluded by default, such as outDir. tsc treats null as missing. */
export function buildOf({ path, config }: Config, root: string): Build {
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

/** The folders of sources in a tsconfig, as paths in the project. */
export function foldersIn({ path, config }: Config, root: string) {
  const within = (folder: string) => pathIn(root, resolve(dirname(path), folder));
  const { rootDir } = config.compilerOptions ?? {};
  return {
    rootDir: typeof rootDir === 'string' ? within(rootDir) : undefined,
    include: (config.include ?? (config.files ? [] : ['**/*']))
      .filter((each) => typeof each === 'string')
      .map(within),
  };
}
