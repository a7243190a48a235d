const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** An import in the code of a source file. */
export interface Import {
  readonly specifier: string;
  /** Where it begins, at the latest with `from`. */
  readonly index: number;
  /** Whether it is not a call, so that an ES module imports it before anything else. */
  readonly isStatic: boolean;
}

export const importsIn = (code: string): Import[] =>
  [...code.matchAll(SPECIFIER)].map(({ 0: all, 2: specifier = '', index }) => ({
    specifier,
    index,
    isStatic: !all.includes('('),
  }));

const specifiersIn = (text: string): string[] => importsIn(text).map(({ specifier }) => specifier);

/** A text with other relative imports. */
export const withImports = (text: string, change: (specifier: string) => string): string =>
  text.replace(SPECIFIER, (all: string, quote: string, found: string) =>
    isRelative(found) ? all.slice(0, -found.length - 1) + change(found) + quote : all,
  );

export const isRelative = (specifier: string): boolean => /^\.{1,2}(?:\/|$)/.test(specifier);

/** The modules of the project that a source file imports, as paths without extension, relative to the project. */
export function importsOf(path: string, text: string): string[] {
  return specifiersIn(text)
    .filter(isRelative)
    .map((specifier) => relativeModule(path, specifier));
}

export const relativeModule = (path: string, specifier: string): string => moduleOf(resolve(path, specifier));

/** Where a name may lead: to modules, with `/` before them, or to any module whose path has this end. */
export type Resolve = (name: string) => readonly string[];

export const leadsTo = (targets: readonly string[], module: string): boolean =>
  targets.some((target) => `//${module}`.endsWith(`/${target}`));

/** What a source file imports by name: packages, and modules of the project with an alias. */
export const importedNames = (text: string): string[] =>
  specifiersIn(text).filter((specifier) => !isRelative(specifier));

/** The end of an alias such as `#session/index.js` or `@/session`; the path of its module may end in the same way. */
export function endOfAlias(name: string): string | undefined {
  const end = /^(?:#|[@~]\/)(.+)$/.exec(name)?.[1];
  return end === undefined ? undefined : moduleOf(end.replace(/^\//, ''));
}

/** The modules that the "imports" of package.json have for a name, such as `#s/*` for `./src/session/*.ts`. */
export function modulesByImports(name: string, imports: object): string[] {
  return targetsOf(name, imports).map((path) => moduleOf(path.replace(/^\.\//, '')));
}

function targetsOf(specifier: string, imports: object): string[] {
  return Object.entries(imports).flatMap(([pattern, target]) => {
    const [before = '', behind] = pattern.split('*');
    if (behind === undefined) return pattern === specifier ? pathsIn(target) : [];
    const isMatch = specifier.startsWith(before) && specifier.slice(before.length).endsWith(behind);
    const star = specifier.slice(before.length, specifier.length - behind.length);
    return isMatch ? pathsIn(target).map((path) => path.replaceAll('*', () => star)) : [];
  });
}

/** For all conditions. */
function pathsIn(target: unknown): string[] {
  return typeof target === 'string' ? [target] : Object.values(Object(target)).flatMap(pathsIn);
}

/** The path of a source file without its ending. */
export const withoutEnding = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, '');

/** The path that `importsOf` uses for a module. */
export const moduleOf = (path: string): string => withoutEnding(path).replace(/\/index$/, '');

function resolve(from: string, specifier: string): string {
  const segments = from.split('/').slice(0, -1);
  for (const segment of specifier.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return segments.join('/');
}

/** How imports end in the text of the generated session module. */
export function endingIn(text: string): 'ts' | 'js' | 'none' | undefined {
  const end = /from '\.\/connection(?:\.([jt]s))?'/.exec(text);
  return end ? ((end[1] as 'ts' | 'js' | undefined) ?? 'none') : undefined;
}
