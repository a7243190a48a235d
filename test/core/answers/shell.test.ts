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
])('a shell reads the printed form of %j as the same word', (word) => {
  expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })).toBe(word);
});

test.each(['my app', '..\\my app', 'C:\\Users\\ann\\app', 'a&b'])(
  '%j is quoted in a way that cmd.exe understands',
  (word) => {
    expect(shellQuote(word)).toBe(`"${word}"`);
  },
);

test.each([
  { word: 'mongodb://a,b/shop', shell: 'PowerShell' },
  { word: '@acme/shop', shell: 'PowerShell' },
  { word: '=shop', shell: 'zsh' },
])('$word, which $shell would change, is quoted', ({ word }) => {
  expect(shellQuote(word)).toBe(`"${word}"`);
});
