import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

const USES_A_DATABASE = /from '[./]+\/support\/mongo\/index\.ts'/;
/** Run only in an exhaustive run, so not on the real server. */
const EXHAUSTIVE_ONLY = ['test/golden/floors.test.ts', 'test/golden/page.test.ts'];
/** They test the stand-in, how a server is found, or CI itself. */
const OF_THE_STAND_IN = /^test\/(ci\/|mongo\/(stand-in\/|choose|named-server|own-servers))/;

/** The paths in the lists of `.ci/run` that name the tests on the real server. */
function pathsInLists(): string[] {
  const lists = readFileSync('.ci/run', 'utf8').matchAll(/^\w+_on_real_server=\(([^)]*)\)/gm);
  return [...lists].flatMap(([, paths = '']) => paths.split(/\s+/).filter((path) => path !== ''));
}

test('every test that uses a database is in a list of .ci/run for the real server', () => {
  const listed = pathsInLists();
  const using = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((path) => join('test', path).replaceAll(sep, '/'))
    .filter((path) => path.endsWith('.test.ts') && !/\/(expected|node_modules)\//.test(path))
    .filter((path) => USES_A_DATABASE.test(readFileSync(path, 'utf8')))
    .filter((path) => !EXHAUSTIVE_ONLY.includes(path) && !OF_THE_STAND_IN.test(path));
  expect(using).toContain('test/store/faults/faults.test.ts');
  expect(using.filter((path) => !listed.some((each) => `${path}/`.startsWith(`${each}/`)))).toEqual([]);
});
