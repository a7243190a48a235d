const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const EXTENSION = /\.[cm]?[jt]sx?$/;

/** The modules of the project that a source file imports, as paths without extension, relative to the project. */
export function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(SPECIFIER)].map(([, , specifier]) => moduleOf(resolve(path, specifier ?? '')));
}

const ALIAS = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(?:#|[@~]\/)([^'"\n]+)\1/g;

/** What a source file takes in by an alias such as `#session/index.js` or `@/session`: each the end of a module's path. */
export function aliasesIn(text: string): string[] {
  return [...text.matchAll(ALIAS)].map(([, , specifier = '']) => moduleOf(specifier.replace(/^\//, '')));
}

const HASH = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(#[^'"\n]+)\1/g;

/** The modules that a source file imports by the "imports" of package.json, such as `#s/*` for `./src/session/*.ts`. */
export function importsByName(text: string, imports: object): string[] {
  const specifiers = [...text.matchAll(HASH)].map(([, , specifier = '']) => specifier);
  return specifiers
    .flatMap((specifier) => targetsOf(specifier, imports))
    .map((path) => moduleOf(path.replace(/^\.\//, '')));
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

/** Under whatever conditions. */
function pathsIn(target: unknown): string[] {
  return typeof target === 'string' ? [target] : Object.values(Object(target)).flatMap(pathsIn);
}

/** The path by which `importsOf` names a module. */
export function moduleOf(path: string): string {
  return path.replace(EXTENSION, '').replace(/\/index$/, '');
}

function resolve(from: string, specifier: string): string {
  const segments = from.split('/').slice(0, -1);
  for (const segment of specifier.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return segments.join('/');
}
