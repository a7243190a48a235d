import { isBuiltin } from 'node:module';
import { type Plugin, RolldownMagicString } from 'rolldown';
import { packageOf } from './package-of.ts';

/** `import fs from 'node:fs'` and `import * as fs from 'node:fs'`. */
const IMPORT = /\bimport\s*(?:\*\s*as\s+)?([\w$]+)\s*from\s*(['"][\w:/]+['"])/g;

/**
 * Lets packages require Node's own modules. For an import of a whole module, the bundler makes a copy of it, for which
 * Node reads every export.
 */
export function requiredBuiltins() {
  return {
    name: 'required-builtins',
    transform(source, id) {
      if (packageOf(id) === undefined) return null;
      const imports = [...source.matchAll(IMPORT)].filter(([, , from = '']) => isBuiltin(from.slice(1, -1)));
      if (imports.length === 0) return null;
      const code = new RolldownMagicString(source);
      for (const { 0: text, 1: name, 2: from, index } of imports)
        code.overwrite(index, index + text.length, `const ${name}=require(${from})`);
      return { code };
    },
  } satisfies Plugin;
}
