import { expect, test } from 'vitest';
import { withParts } from '../../scripts/docs/parts.ts';
import { textOf } from './documents.ts';

test('the generated parts of the README are up to date (npm run readme)', () => {
  expect(textOf('README.md')).toMatch(/--rolling[\s\S]*store\.ts|store\.ts[\s\S]*--rolling/);
  expect(withParts(textOf('README.md'))).toBe(textOf('README.md'));
});
