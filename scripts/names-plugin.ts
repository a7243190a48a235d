import type { Plugin } from 'rolldown';

const PACKAGE = /[\\/]node_modules[\\/]get-tsconfig[\\/]/;
/** It gives a function, whose name was shortened, its name back. */
const NAMING =
  /^var (\w+)=Object\.defineProperty;var (\w+)=\((\w+),(\w+)\)=>\1\(\3,"name",\{value:\4,configurable:!0\}\);/;

/**
 * Removes the calls in get-tsconfig that only name a function: because of them, the bundler keeps every function, even
 * if it is never used. The build fails if the package changes in this respect.
 */
export function withoutNaming() {
  return {
    name: 'without-naming',
    transform(code, id) {
      if (!PACKAGE.test(id)) return null;
      const left = code.replace(NAMING, 'const $2=/*#__NO_SIDE_EFFECTS__*/(given)=>given;');
      if (left === code) throw new Error(`${id} is not what it was`);
      return { code: left, map: null };
    },
  } satisfies Plugin;
}
