import { expect, test } from 'vitest';
import { withParts } from '../../scripts/docs/parts.ts';
import { textOf } from './documents.ts';

test('the options and the tree of the README are those of the program; `npm run readme` writes them', () => {
  expect(textOf('README.md')).toMatch(/--rolling[\s\S]*store\.ts|store\.ts[\s\S]*--rolling/);
  expect(withParts(textOf('README.md'))).toBe(textOf('README.md'));
});
