import type { Plugin } from 'rolldown';
import { packageOf } from './package-of.ts';

/** Package → the functions of it that are called. A first run in a new project calls none of them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  diff: ['formatPatch', 'structuredPatch'],
  'get-tsconfig': ['createFilesMatcher', 'createPathsMatcher', 'parseTsconfig'],
  'jsonc-parser': ['applyEdits', 'findNodeAtLocation', 'modify', 'parse', 'parseTree'],
  'node-diff3': ['diff3Merge', 'diffComm'],
};
const CALLS = '\0calls:';
const WHOLE = '\0whole:';

/**
 * Puts each of these packages into a separate file, which is loaded when one of its functions is first called:
 * everything loaded at the start slows down every run. In the source, it is an ordinary import.
 */
export function packagesOnDemand() {
  return {
    name: 'packages-on-demand',
    buildStart() {
      for (const name of Object.keys(PACKAGES))
        this.emitFile({ type: 'chunk', id: WHOLE + name, fileName: fileOf(name) });
    },
    resolveId(id, importer) {
      if (id.startsWith(WHOLE)) return id;
      if (Object.keys(PACKAGES).some((name) => id === `./${fileOf(name)}`)) return { id, external: true };
      if (!Object.hasOwn(PACKAGES, id)) return null;
      if (importer?.startsWith(WHOLE)) return this.resolve(id, import.meta.filename);
      // One of these packages needs another one, so both are loaded together.
      return importer && packageOf(importer) ? { id: `./${fileOf(id)}`, external: true } : CALLS + id;
    },
    load(id) {
      const name = id.replace(/^\0\w+:/, '');
      const functions = PACKAGES[name] ?? [];
      if (id.startsWith(WHOLE)) return `export { ${functions.join(', ')} } from '${name}';`;
      if (!id.startsWith(CALLS)) return null;
      return functions
        .map(
          (each) => `export const ${each} = (...values) => require('./${fileOf(name)}').${each}(...values);`,
        )
        .join('\n');
    },
  } satisfies Plugin;
}

const fileOf = (name: string): string => `${name}.cjs`;
