import type { Import } from './imports.ts';

const PACKAGE = /^(?:dotenv(?:-[\w-]+)?|@dotenvx\/dotenvx)(?:\/|$)/;
/** Before the name of the package: the other name that its function gets, as in `{ config as readEnv } from`. */
const RENAMED = /\bconfig\s*(?:as\b|:)\s*(\w+)[^'"]*$/;
/** What a call gets, with brackets in it. */
const CALLED_WITH = /^(?!import|require)\w+\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/;
/** A text that ends with the name of the file, as in `join(root, '../.env')`. */
const DOT_ENV = /['"`/]\.env['"`]/;
const LOADER_OF_SCRIPT = /--env-file|dotenv|env-cmd/;
/** The files that a script tells them to load, or the environments. */
const FILES_OF_SCRIPT =
  /(?:--env-file(?:-if-exists)?[=\s]|\bdotenv_config_path=|(?<=\b(?:env-cmd|dotenvx?)\s(?:(?!--\s)[^&|;])*)-[fe]\s)\s*['"]?([^\s'"]+)/gi;

/**
 * Where a source file loads .env: with Node, or with a package, by a call or by a bare import. Not where a call names
 * another file, such as one outside of the project, or one that is not known.
 *
 * @param path of the source file, relative to the project
 * @param code without comments
 */
export function envLoadsIn(
  path: string,
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
          : code.slice(each.index).search(loadingCall(code.slice(0, each.index)));
      return call === -1 ? each : { index: each.index + call, isStatic: false };
    });
  const depth = path.split('/').length - 1;
  return [...byNode, ...byPackage].filter(({ index }) => !isForOtherFile(code.slice(index), depth));
}

const loadingCall = (before: string): RegExp =>
  new RegExp(String.raw`\b(?:config|configDotenv|load|${RENAMED.exec(before)?.[1] ?? 'load'})\s*\(`);

/**
 * @param load a call or an import, and what follows
 * @param depth how many folders are between it and the top of the project
 */
function isForOtherFile(load: string, depth: number): boolean {
  const [, given = ''] = CALLED_WITH.exec(load) ?? [];
  const isOutside = given.split(/\.\.(?![.\w])/).length - 1 > depth;
  return isOutside || (/\bpath\b|^\s*[^\s{]/.test(given) && !DOT_ENV.test(given));
}

/** Whether a command loads the .env of the project, with an option or with a package. */
export function commandLoadsEnv(command: string): boolean {
  const files = [...command.matchAll(FILES_OF_SCRIPT)].map(([, file = '']) => file);
  return (
    LOADER_OF_SCRIPT.test(command) &&
    (files.length === 0 || files.some((file) => /^(?:\.\/)?\.env$/.test(file)))
  );
}
