import type { Plugin } from 'rolldown';
import { packageOf } from './package-of.ts';

/** Of a file that exports one thing. */
const EXPORT = /^module\.exports = /gm;

/**
 * Turns packages that export one function or class into ES modules: the bundler puts a CommonJS file into a function,
 * which Node parses once with the bundle, and again when it is called, and adds code that calls such functions.
 */
export function defaultExports() {
  return {
    name: 'default-exports',
    transform(code, id) {
      if (packageOf(id) === undefined || code.match(EXPORT)?.length !== 1) return null;
      // No line moves, so that the source map stays right.
      return { code: code.replace(EXPORT, 'export default '), map: null };
    },
  } satisfies Plugin;
}
