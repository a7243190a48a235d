import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellQuote } from '../../../src/core/answers/shell.ts';

test.each([
  'my app',
  '..\\my app',
  'C:\\Users\\ann\\app',
  '\\\\host\\app',
  'app\\',
  'a&b',
  'Zoë’s "$HOME" `x`!',
  '',
])('a shell takes what is printed for %j as that very word', (word) => {
  expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })).toBe(word);
});

test.each(['my app', '..\\my app', 'C:\\Users\\ann\\app', 'a&b'])(
  '%j has quotes that cmd.exe knows',
  (word) => {
    expect(shellQuote(word)).toBe(`"${word}"`);
  },
);
