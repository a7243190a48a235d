import { expect, test } from 'vitest';
import { nearestWords, wordMeantBy } from '../../../src/core/answers/near-words.ts';

test.each([
  ...['undoo', 'udno', 'und', 'undi', 'ndo', 'Undo'].map((word) => ({ word, meant: 'undo' })),
  ...['help', 'hlep', 'halp', 'HELP'].map((word) => ({ word, meant: '--help' })),
  { word: 'version', meant: '--version' },
  { word: 'dry-run', meant: '--dry-run' },
  ...['app', 'my-app', 'undone', 'shop', 'held-up', '.', '', 'checkout'].map((word) => ({
    word,
    meant: undefined,
  })),
])('$word was meant as $meant', ({ word, meant }) => {
  expect(wordMeantBy(word)).toBe(meant);
});

test.each([
  { typed: 'conection', near: ['connection'] },
  { typed: 'uri', near: ['url'] },
  { typed: 'htos', near: ['host'] },
  { typed: 'por', near: ['port'] },
  { typed: 'x', near: [] },
  { typed: '', near: [] },
  { typed: 'something-else', near: [] },
  { typed: 'ost', near: ['host'] },
  { typed: 'hort', near: ['host', 'port'] },
])('near to $typed: $near', ({ typed, near }) => {
  expect(nearestWords(typed, ['port', 'host', 'connection', 'url'])).toEqual(near);
});
