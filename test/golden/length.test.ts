import { expect, test } from 'vitest';
import { OLD_STORES, type OldStore } from '../../src/core/answers/old-stores.ts';
import type { Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { PLAIN } from '../support/generated.ts';

/** Path → number of lines, for the code in an existing project. */
function lengthsWith(change: Partial<Settings> = {}): Map<string, number> {
  const code = renderFiles({ ...PLAIN, ...change }, templates).filter(({ path }) => path.endsWith('.ts'));
  return new Map(code.map(({ path, text }) => [path, text.split('\n').length - 1]));
}

const sum = (lengths: Iterable<number>) => [...lengths].reduce((all, length) => all + length, 0);

/** Including comments. A change that adds lines has to remove others, since the owner reads every line. */
test.each([
  { what: 'everything', paths: /./, most: 950 },
  { what: 'the store', paths: /store\.ts$/, most: 260 },
  { what: 'what an app does with sessions', paths: /sessions?\/sessions\.ts$/, most: 120 },
  { what: 'the migration', paths: /^scripts\/|indexes\.ts$/, most: 320 },
])('$what of a plain project has at most $most lines', ({ paths, most }) => {
  const lengths = [...lengthsWith()].filter(([path]) => paths.test(path)).map(([, length]) => length);
  expect(lengths).not.toEqual([]);
  expect(sum(lengths)).toBeLessThanOrEqual(most);
});

test.each(Object.keys(OLD_STORES) as OldStore[])(
  'adopting the sessions of %s takes one file of at most 90 lines, with any other options',
  (store) => {
    const others = {
      userKey: 'userId',
      absoluteTtl: 30 * 24 * 60 * 60,
      encrypt: true,
      onConcurrentWrite: 'throw',
    } as const;
    const adopting = lengthsWith({ ...others, adopt: { store, collection: 'sessions' }, legacyCookie: true });
    const added = [...adopting].filter(([path]) => !lengthsWith(others).has(path));
    expect(added).toEqual([['src/session/adopt.ts', expect.any(Number)]]);
    expect(sum(added.map(([, length]) => length))).toBeLessThanOrEqual(90);
  },
);
