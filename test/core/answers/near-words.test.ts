import { expect, test } from 'vitest';
import { flagsMeantBy, wordMeantBy } from '../../../src/core/answers/near-words.ts';

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

const FLAGS = [
  '--url',
  '--tls',
  '--no-tls',
  '--ttl',
  '--config',
  '--cookie-name',
  '--username',
  '--user-key',
];

test.each([
  { flag: '--uri', meant: ['--url'] },
  { flag: '--TTL', meant: ['--ttl'] },
  { flag: '--no-tsl', meant: ['--no-tls'] },
  { flag: '--cookie', meant: ['--cookie-name'] },
  { flag: '--user', meant: ['--username', '--user-key'] },
  { flag: '--tl', meant: ['--tls', '--ttl'] },
  ...['--', '--no', '-x', '', '--nonsense'].map((flag) => ({ flag, meant: [] })),
])('$flag was meant as $meant', ({ flag, meant }) => {
  expect(flagsMeantBy(flag, FLAGS)).toEqual(meant);
});
