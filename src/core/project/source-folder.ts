import { parseFolder } from '../answers/names.ts';

/** The folder of the sources by default. */
export const DEFAULT_SOURCES = 'src';

interface Folders {
  /** Relative to the project, with `/`; empty for the project itself. */
  readonly rootDir: string | undefined;
  /** Patterns such as `server/**`. */
  readonly include: readonly string[];
}

const NOT_SOURCES = /^(?:tests?|__tests__|spec|e2e|scripts|bin|examples?|benchmarks?)$/;

/**
 * The folder of the sources of a build.
 *
 * @param app the file that makes the app, if there is one: it counts where the build takes several folders, or everything
 */
export function sourceFolderOf({ rootDir, include }: Folders, app?: string): string {
  const tops = include
    .map((pattern) => pattern.replace(/\/?\*.*$/, '').replace(/\/[^/]*\.\w+$/, ''))
    // A file at the top, such as `vite.config.ts`.
    .filter((top) => !/.\.\w+$/.test(top));
  const ofApp = tops.filter((top) => app?.startsWith(`${top}/`));
  const folders = [rootDir ?? '', ...ofApp, ...tops.filter((top) => top === DEFAULT_SOURCES), ...tops];
  const found = folders.find(isForSources);
  const isAll = (rootDir ?? '') === '' && tops.includes('');
  return isAll || found === undefined ? folderAround(app) : found;
}

const isForSources = (folder: string): boolean => !NOT_SOURCES.test(folder) && 'value' in parseFolder(folder);

/** The `src` in which the app is, or else its own folder. */
export function folderAround(app: string | undefined): string {
  const folders = app?.split('/').slice(0, -1) ?? [];
  const own = folders.slice(0, folders.indexOf(DEFAULT_SOURCES) + 1 || undefined).join('/');
  return folders.some((each) => NOT_SOURCES.test(each)) || !isForSources(own) ? DEFAULT_SOURCES : own;
}
