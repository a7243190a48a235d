import { dirname, join, relative, resolve } from 'node:path';
import { createFilesMatcher, parseTsconfig, type TsConfigJsonResolved } from 'get-tsconfig';
import { foldersFrom, isFile, isFolder, statIfThere } from '../files.ts';
import { unlessHidden } from '../system-errors.ts';
import { TsconfigFiles } from './tsconfig-files.ts';

/** A tsconfig, merged with those that it extends. */
export interface Config {
  readonly path: string;
  readonly config: TsConfigJsonResolved;
}

/** The folder of the tsconfig.json for a path, as in an editor: the nearest one that can be read. */
export function homeOf(folder: string, root: string): string | undefined {
  const folders = foldersFrom(folder);
  return folders
    .slice(0, folders.indexOf(root) + 1 || undefined)
    .find((at) => unlessHidden(() => statIfThere(tsconfigIn(at))));
}

/** The one that includes the files of a folder, otherwise the first one that is not for tests. */
export function configFor(home: string, folder: string, cache: TsconfigFiles): Config {
  const configs = configsOf([tsconfigIn(home)], cache);
  const isIncluded = inclusionOf(join(folder, 'index.ts'));
  const [first] = configs;
  if (first === undefined) throw new Error('it has no files and no references');
  return (
    configs.find(isIncluded) ??
    configs.find(({ path }) => !/test|spec|node|e2e/i.test(relative(home, path))) ??
    first
  );
}

/** Whether a tsconfig includes a file. */
export const inclusionOf =
  (file: string) =>
  (config: Config): boolean =>
    createFilesMatcher(config, IS_CASE_SENSITIVE)(file) !== undefined;

/** Set, since get-tsconfig would otherwise test it by writing a file into the current directory. */
export const IS_CASE_SENSITIVE = process.platform === 'linux';

/** tsc treats an option that is null as missing; get-tsconfig does not. */
function withoutNulls(config: TsConfigJsonResolved): TsConfigJsonResolved {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

const MAX_CONFIGS = 50;

/** Those that exist of these; empty if one of them is damaged, which `readBuild` reports. */
export const configsIfIntact = (paths: readonly string[], cache = new TsconfigFiles()): readonly Config[] =>
  unlessDamaged(() => configsOf(paths.filter(isFile), cache)) ?? [];

/** For each tsconfig, itself or, if it has no files of its own, those that it references. */
function configsOf(starts: readonly string[], cache: TsconfigFiles): Config[] {
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

const isSolution = ({ files, include, references }: TsConfigJsonResolved): boolean =>
  (references?.length ?? 0) > 0 && files?.length === 0 && (include?.length ?? 0) === 0;

/** A reference names a file, or a folder with a tsconfig.json. */
export const fileOf = (path: string): string => (isFolder(path) ? tsconfigIn(path) : path);

export const tsconfigIn = (root: string): string => join(root, 'tsconfig.json');

/** Undefined for a damaged tsconfig, which `readBuild` reports. */
export function unlessDamaged<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
