import { expect, test } from 'vitest';
import { helpText } from '../../../src/core/report/help.ts';

const SECTIONS = [
  { title: 'Arguments', items: [['folder', 'where it goes']] },
  { title: 'Options', items: [['--long-one <value>', 'is said in so many words that they need two lines']] },
] as const;

test('terms and meanings are two columns, broken between words', () => {
  expect(helpText('it [folder]', 'Does it.', SECTIONS, 66)).toBe(
    `Usage: it [folder]

Does it.

Arguments:
  folder              where it goes

Options:
  --long-one <value>  is said in so many words that they need two
                      lines
`,
  );
});

test('in a window that is too narrow for two columns, lines are left to the terminal', () => {
  expect(helpText('it', 'Does it.', SECTIONS, 50)).toContain('words that they need two lines\n');
});
