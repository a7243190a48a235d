import { join } from 'node:path';
import { createPathsMatcher } from 'get-tsconfig';
import { moduleOf } from '../../core/project/imports.ts';
import { pathIn } from '../locate.ts';
import { configsIfIntact, homeOf, tsconfigIn } from './tsconfig.ts';

/** How sources of a project can import its modules by name, as defined by its tsconfig. */
export interface PathAliases {
  /** The beginnings of such names. */
  readonly prefixes: readonly string[];
  /** The modules that a name may refer to, as paths of `importsOf`. */
  readonly modulesOf: (name: string) => readonly string[];
}

export const NO_ALIASES: PathAliases = { prefixes: [], modulesOf: () => [] };

/**
 * Aliases from `paths` and `baseUrl` of tsconfigs; none if they cannot be read.
 *
 * @param near a folder, whose tsconfig.json is used
 */
export function readAliases(root: string, near: string): PathAliases {
  const home = homeOf(join(root, near), root);
  if (home === undefined) return NO_ALIASES;
  const configs = configsIfIntact([tsconfigIn(home)]);
  const matchers = configs.map((config) => createPathsMatcher(config)).filter((matcher) => matcher !== null);
  const names = configs.flatMap(({ config }) => Object.keys(config.compilerOptions?.paths ?? {}));
  return {
    prefixes: names.map((name) => name.split('*', 1).join()),
    modulesOf: (name) =>
      matchers.flatMap((matcher) => matcher(name)).map((path) => moduleOf(pathIn(root, path))),
  };
}
