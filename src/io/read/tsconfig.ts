import { join, relative, resolve, sep } from 'node:path';
import type { TsConfigJsonResolved } from 'get-tsconfig';
import { type Build, buildDoubts } from '../../core/plan/build-doubts.ts';
import type { Project } from '../../core/project/working-tree.ts';
import type { RenderedFile } from '../../core/render/rendered-file.ts';
import { statIfThere } from '../files.ts';
import { sourceFiles } from './sources.ts';

/** How the imports of a project end, by its tsconfig. */
export async function readImportExtension(
  root: string,
): Promise<Pick<Project, 'importExtension' | 'warnings'>> {
  const path = pathIn(root);
  if (!statIfThere(path)) return { importExtension: 'ts', warnings: [] };
  const { parseTsconfig } = await import('get-tsconfig');
  try {
    return { importExtension: extensionFor(parseTsconfig(path).compilerOptions ?? {}), warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
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
  const config = unlessDamaged(() => parseTsconfig(path));
  if (config === undefined) return [];
  const matches = createFilesMatcher({ config, path });
  const isCompiled = (file: string) => COMPILED.test(file) && matches(join(root, file)) !== undefined;
  const compiled = added.map((file) => file.path).filter(isCompiled);
  if (compiled.length === 0) return [];
  return buildDoubts(buildOf(config, root), (await sourcesOf(root)).filter(isCompiled), compiled);
}

/** What is left out by itself, as is outDir, counts as excluded. */
function buildOf({ compilerOptions = {}, exclude = [] }: TsConfigJsonResolved, root: string): Build {
  const { rootDir, outDir, noEmit, composite } = compilerOptions;
  const seen = (folder: string) => relative(root, resolve(root, folder)).split(sep).join('/');
  const begins = rootDir ?? (composite ? '.' : undefined);
  return {
    rootDir: begins === undefined ? undefined : seen(begins),
    outDir: outDir === undefined || noEmit ? undefined : seen(outDir),
    exclude: exclude.map((pattern) => pattern.replace(/^\.\//, '')),
  };
}

/** Not declarations, which nothing is made of. */
const COMPILED = /(?<!\.d)\.[cm]?[jt]sx?$/;

const pathIn = (root: string): string => join(root, 'tsconfig.json');

async function sourcesOf(root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of sourceFiles(root)) paths.push(path);
  return paths;
}

/** Whoever reads the import endings says what is wrong with it. */
function unlessDamaged(parse: () => TsConfigJsonResolved): TsConfigJsonResolved | undefined {
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
