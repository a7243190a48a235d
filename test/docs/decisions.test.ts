import { describe, expect, test } from 'vitest';
import { textOf } from './documents.ts';

const [, ...sections] = textOf('docs/decisions.md').split(/^## /m);
const decisions = sections
  .flatMap((section) => section.split('\n\n').slice(1))
  .map((each) => each.trim())
  .filter((each) => each !== '')
  .map((text) => ({ title: text.split('**')[1], text }));

describe('a decision has a title, what was decided and why, and what was given up', () => {
  test.each(decisions)('$title', ({ text }) => {
    expect(text).toMatch(/^\*\*[^*\n]+\.\*\* \S.*\bGiven up: \S/);
  });
});

test('no decision appears twice', () => {
  const titles = decisions.map(({ title }) => title);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
});
