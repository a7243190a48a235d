import { expect, test } from 'vitest';
import { parseDatabase } from '../../../src/core/answers/names.ts';
import { suggestDatabase } from '../../../src/core/answers/suggestions.ts';
import { fc, runs } from '../../support/sampling.ts';

test.each([
  ['shop', 'shop'],
  ['@acme/shop', 'shop'],
  ['my.shop', 'my-shop'],
  ['...', 'app'],
  ['config', 'config-app'],
  ['Local', 'Local-app'],
  ['@acme/admin', 'admin-app'],
  ['admin-panel', 'admin-panel'],
])('the project %s is offered the database %s', (name, database) => {
  expect(suggestDatabase({ name })).toBe(database);
});

test('every database that is offered is one that is taken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(parseDatabase(suggestDatabase({ name }))).toHaveProperty('value');
    }),
    { numRuns: runs(200) },
  );
});
