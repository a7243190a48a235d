import type { Import } from './imports.ts';

const PACKAGE = /^(?:dotenv(?:-[\w-]+)?|@dotenvx\/dotenvx)(?:\/|$)/;
const CALL = /\b(?:config|load)\s*\(/;
const LOADER_OF_SCRIPT = /--env-file|dotenv|env-cmd/;

/**
 * Where a source file loads .env: with Node, or with a package, by a call or by a bare import.
 *
 * @param code without comments
 */
export function envLoadsIn(
  code: string,
  imports: readonly Import[],
): readonly Pick<Import, 'index' | 'isStatic'>[] {
  const byNode = [...code.matchAll(/\bloadEnvFile\s*\(/g)].map(({ index }) => ({ index, isStatic: false }));
  const byPackage = imports
    .filter(({ specifier }) => PACKAGE.test(specifier))
    .map((each) => {
      const call =
        code.startsWith('import', each.index) || each.specifier.includes('/config')
          ? -1
          : code.slice(each.index).search(CALL);
      return call === -1 ? each : { index: each.index + call, isStatic: false };
    });
  return [...byNode, ...byPackage];
}

/** Whether a command loads .env, with an option or with a package. */
export const commandLoadsEnv = (command: string): boolean => LOADER_OF_SCRIPT.test(command);
