import { parseFolder } from '../answers/names.ts';

/** Where sources are, unless a project says otherwise. */
export const DEFAULT_SOURCES = 'src';

interface Folders {
  /** Relative to the project, with `/`; empty for the project itself. */
  readonly rootDir: string | undefined;
  /** Patterns such as `server/**`. */
  readonly include: readonly string[];
}

const TESTS = /^(?:tests?|__tests__|spec|e2e|scripts)$/;

/** The folder that a build takes its sources from. */
export function sourceFolderOf({ rootDir, include }: Folders): string {
  const tops = include.map((pattern) => pattern.replace(/\/?\*.*$/, '').replace(/\/[^/]*\.\w+$/, ''));
  const folders = [rootDir ?? '', ...tops.filter((top) => top === DEFAULT_SOURCES), ...tops];
  const found = folders.find((folder) => !TESTS.test(folder) && 'value' in parseFolder(folder));
  const isAll = (rootDir ?? '') === '' && tops.includes('');
  return isAll || found === undefined ? DEFAULT_SOURCES : found;
}
