import { expect, test } from 'vitest';
import { wordMeantBy } from '../../../src/core/answers/near-words.ts';

test.each([
  ...['undoo', 'udno', 'und', 'undi', 'ndo', 'Undo'].map((word) => ({ word, meant: 'undo' })),
  ...['help', 'hlep', 'halp', 'HELP'].map((word) => ({ word, meant: '--help' })),
  { word: 'version', meant: '--version' },
  { word: 'dry-run', meant: '--dry-run' },
  ...['undo', 'u', 'un', 'h', 'he', 'v', 'ver'].map((word) => ({ word, meant: undefined })),
  ...['constructor', '__proto__'].map((word) => ({ word, meant: undefined })),
  ...['app', 'my-app', 'undone', 'shop', 'held-up', '.', '', 'checkout'].map((word) => ({
    word,
    meant: undefined,
  })),
])('$word was meant as $meant', ({ word, meant }) => {
  expect(wordMeantBy(word)).toBe(meant);
});
