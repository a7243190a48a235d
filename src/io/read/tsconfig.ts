import { join, relative, resolve, sep } from 'node:path';
import type { TsConfigJsonResolved } from 'get-tsconfig';
import { isTooDeep } from '../../core/answers/nesting.ts';
import { type Build, buildDoubts } from '../../core/plan/build-doubts.ts';
import type { Project } from '../../core/project/working-tree.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import { readRegular, statIfThere } from '../files.ts';
import { PathError, reasonOf } from '../system-errors.ts';
import { sourceFiles } from './sources.ts';

/** How the imports of a project end, by its tsconfig. */
export async function readImportExtension(
  root: string,
): Promise<Pick<Project, 'importExtension' | 'warnings'>> {
  const path = pathIn(root);
  if (!statIfThere(path)) return { importExtension: 'ts', warnings: [] };
  const { parseTsconfig } = await import('get-tsconfig');
  const files = new ConfigFiles();
  try {
    return { importExtension: extensionFor(parseTsconfig(path, files).compilerOptions ?? {}), warnings: [] };
  } catch (error) {
    const { message: reason } = files.problem ?? (error as Error);
    if (reasonOf(files.problem) !== undefined) throw files.problem;
    const warning = `tsconfig.json cannot be read (${reason}); imports are written with ".ts". --import-extension says otherwise.`;
    return { importExtension: 'ts', warnings: [warning] };
  }
}

/**
 * What the files that are new to a project do to its build.
 *
 * @param dir the folder of the session files, which the app imports: they have to be part of its build
 */
export async function doubtsAboutBuild(
  { root, kind, kept, manifest }: Pick<Project, 'root' | 'kind' | 'kept' | 'manifest'>,
  rendered: readonly RenderedFile[],
  dir: string,
): Promise<readonly string[]> {
  const path = pathIn(root);
  const known = new Set(manifest?.files.map(({ id }) => id));
  const added = rendered.filter((file) => !known.has(file.id) && !file.path.startsWith(`${dir}/`));
  const isOurs = kind === 'new' && !kept.includes('tsconfig');
  if (isOurs || added.length === 0 || !statIfThere(path)) return [];
  const { parseTsconfig, createFilesMatcher } = await import('get-tsconfig');
  const config = unlessDamaged(() => withoutNulls(parseTsconfig(path, new ConfigFiles())));
  const matches = config && unlessDamaged(() => createFilesMatcher({ config, path }, IS_CASE_SENSITIVE));
  if (config === undefined || matches === undefined) return [];
  const isCompiled = (file: string) => COMPILED.test(file) && matches(join(root, file)) !== undefined;
  const compiled = added.map((file) => file.path).filter(isCompiled);
  if (compiled.length === 0) return [];
  return buildDoubts(buildOf(config, root), [...sourceFiles(root)].filter(isCompiled), compiled);
}

/** Said, as get-tsconfig would otherwise find out by writing a file into the current directory. */
const IS_CASE_SENSITIVE = process.platform === 'linux';

/** An option that is null is to tsc as if it were not there; not so to get-tsconfig. */
function withoutNulls(config: TsConfigJsonResolved): TsConfigJsonResolved {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

/** What is left out by itself, as is outDir, counts as excluded. Null is to tsc as if it were not there. */
function buildOf({ compilerOptions, exclude }: TsConfigJsonResolved, root: string): Build {
  const { rootDir, outDir, noEmit, composite } = compilerOptions ?? {};
  const seen = (folder: string | null | undefined) =>
    folder ? relative(root, resolve(root, folder)).split(sep).join('/') : undefined;
  return {
    rootDir: seen(rootDir ?? (composite ? '.' : undefined)),
    outDir: noEmit ? undefined : seen(outDir),
    exclude: (exclude ?? []).map((pattern) => `${pattern}`.replace(/^\.\//, '')),
  };
}

/**
 * What get-tsconfig reads, and keeps by call and path: a tsconfig, those that it extends, and the package.json files
 * that say where they are. Read with care, as UTF-8 or UTF-16, as tsc does.
 */
class ConfigFiles extends Map<string, string> {
  /** The last thing that went wrong; get-tsconfig tells of it in general terms only. */
  problem: Error | undefined;

  override get(key: string): string | undefined {
    const path = /^readFileSync:(.*):utf8$/s.exec(key)?.[1];
    return super.get(key) ?? (path === undefined ? undefined : this.read(path));
  }

  private read(path: string): string {
    try {
      const text = decode(readRegular(path)?.bytes ?? Buffer.from(''));
      if (isTooDeep(text)) throw new PathError(path, 'is nested too deeply');
      return text.trim() === '' ? '{}' : text;
    } catch (error) {
      this.problem = error as Error;
      throw error;
    }
  }
}

function decode(bytes: Buffer): string {
  const encoding = ENCODINGS.find(([mark]) => bytes.subarray(0, 2).equals(Buffer.from(mark)))?.[1] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

const ENCODINGS = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
] as const;

/** Not declarations, which nothing is made of. */
const COMPILED = /(?<!\.d)\.[cm]?[jt]sx?$/;

const pathIn = (root: string): string => join(root, 'tsconfig.json');

/** Whoever reads the import endings says what is wrong with it. */
function unlessDamaged<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

interface ImportOptions {
  readonly allowImportingTsExtensions?: boolean;
  readonly rewriteRelativeImportExtensions?: boolean;
  readonly module?: string;
  readonly moduleResolution?: string;
}

function extensionFor(options: ImportOptions): 'ts' | 'js' | 'none' {
  if (options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions) return 'ts';
  const resolution = (options.moduleResolution ?? options.module ?? '').toLowerCase();
  return resolution.startsWith('node') && resolution !== 'node' && resolution !== 'node10' ? 'js' : 'none';
}
