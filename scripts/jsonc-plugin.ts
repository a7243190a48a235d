import type { Plugin } from 'rolldown';

const FILE = /[\\/]get-tsconfig[\\/]dist[\\/]index\.mjs$/;
/** The first function of the copy. It is found by its kept name, before `withoutKeptNames` removes that. */
const FIRST = /\((\w+),"createScanner"\)/;
/** What follows the copy, and calls its `parse`. */
const READER = /const \w+=\w+\(\(\w+,\w+\)=>(\w+)\([^;]*,"readJsonc"\)/;

/**
 * Replaces the copy of jsonc-parser in get-tsconfig, two fifths of it, by the package, which the program needs anyway. The
 * build fails if the copy is no longer there.
 */
export function oneJsoncParser() {
  return {
    name: 'one-jsonc-parser',
    transform(code, id) {
      if (!FILE.test(id)) return null;
      const [, first] = FIRST.exec(code) ?? [];
      const { index: end, 1: parse } = READER.exec(code) ?? ({} as Partial<RegExpExecArray>);
      const start = code.indexOf(`function ${first}(`);
      if (end === undefined || start < 0 || start > end) throw new Error(`${id} has no copy of jsonc-parser`);
      const needed = `import{parse as ${parse}}from'jsonc-parser';`;
      // No line moves, so that the source map stays right.
      const blank = code.slice(start + needed.length, end).replace(/[^\n]/g, ' ');
      return { code: code.slice(0, start) + needed + blank + code.slice(end), map: null };
    },
  } satisfies Plugin;
}
