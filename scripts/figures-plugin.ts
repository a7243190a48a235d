import type { Plugin } from 'rolldown';

/** The signs that questions show, of the 150 or so in `@inquirer/figures`, which has them in two tables. */
const SHOWN = ['circle', 'circleDouble', 'circleFilled', 'line', 'pointer', 'tick'];

const PACKAGE = /[\\/]node_modules[\\/]@inquirer[\\/]/;
const TABLES = /[\\/]figures[\\/]/;
/** One sign of a table. */
const ROW = /^ {4}(\w+): '[^']*',\n/gm;

/**
 * Removes the signs that are never shown: a bundler cannot tell which entries of an object are read. The build fails if
 * another sign is used later, or if the format of the tables changes.
 */
export function onlyShownFigures() {
  return {
    name: 'only-shown-figures',
    transform(code, id) {
      if (!PACKAGE.test(id)) return null;
      if (!TABLES.test(id)) {
        const shown = [...code.matchAll(/\bfigures\.(\w+)/g)].map(([, name = '']) => name);
        const missing = shown.filter((name) => !SHOWN.includes(name));
        if (missing.length > 0) throw new Error(`${id} shows ${missing}, which the build leaves out`);
        return null;
      }
      const left = code.replace(ROW, (row, name: string) => (SHOWN.includes(name) ? row : ''));
      const lost = SHOWN.filter((name) => !left.includes(`    ${name}: `));
      if (left === code || lost.length > 0) throw new Error(`${id} is not what it was: ${lost}`);
      return { code: left, map: null };
    },
  } satisfies Plugin;
}
