import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { textOf } from './documents.ts';

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

test('the changelog starts with unreleased changes, followed by each version with its date, newest first', () => {
  const [unreleased, ...versions] = [...textOf('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(
    ([, name]) => name ?? '',
  );
  expect(unreleased).toBe('Unreleased');
  expect(versions[0]).toMatch(
    new RegExp(`^${manifest.version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`),
  );
  const dates = versions.map((version) => version.split(' - ')[1] ?? '');
  expect(dates).toEqual([...dates].sort().reverse());
  expect(dates[0] === undefined || dates[0] <= new Date().toISOString().slice(0, 10)).toBe(true);
});

test('its sections are those of Keep a Changelog', () => {
  const kinds = [...textOf('CHANGELOG.md').matchAll(/^### (.+)$/gm)].map(([, kind]) => kind ?? '');
  expect(kinds.filter((kind) => !KINDS.includes(kind))).toEqual([]);
});
