import { expect, test } from 'vitest';
import { WITH_PARTS, withParts } from '../../scripts/docs/parts.ts';
import { textOf } from './documents.ts';

test.each(WITH_PARTS)('the generated parts of %s are up to date (npm run readme)', (path) => {
  expect(withParts(textOf(path))).toBe(textOf(path));
});

test('the README has the files of a project, and the page of options has every kind of flag', () => {
  expect(textOf('README.md')).toContain('store.ts');
  expect(textOf('docs/options.md')).toMatch(/--rolling[\s\S]*--no-input/);
});
