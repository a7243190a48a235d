import { expect, test } from 'vitest';
import { parseFlags } from '../../src/flags.ts';

test.each([
  { words: 'app -c db', directory: 'app', given: { connection: 'db' } },
  { words: '-cdb app', directory: 'app', given: { connection: 'db' } },
  { words: '-yc db app', directory: 'app', given: { connection: 'db' }, run: { yes: true } },
  { words: '--connection=db', given: { connection: 'db' } },
  { words: '--db=-x', given: { db: '-x' } },
  { words: '--db=', given: { db: '' } },
  { words: '--config -', run: { config: '-' } },
  { words: '--tls --no-encrypt', given: { tls: true, encrypt: false } },
  { words: '--no-tls --tls', given: { tls: true } },
  { words: '--no-username', given: { username: null } },
  { words: '--no-input', run: { input: false } },
  { words: '--diff', run: { diff: true } },
  { words: '--diff src/app.ts app', directory: 'app', run: { diff: 'src/app.ts' } },
  { words: '--diff=src/app.ts', run: { diff: 'src/app.ts' } },
  { words: '--diff --json', run: { diff: true, json: true } },
  { words: '--restore a --restore=b', run: { restore: ['a', 'b'] } },
  { words: '-- app --check', directory: 'app', run: { check: true } },
  { words: 'app -- --check', directory: 'app', run: { check: true } },
  { words: '--check undo app', command: 'undo', directory: 'app', run: { check: true } },
  { words: '--diff undo', run: { diff: 'undo' } },
])('$words', ({ words, command = 'generate', directory, given = {}, run = {} }) => {
  expect(parseFlags(words.split(' '), {})).toEqual({
    command,
    directory,
    given,
    run: { yes: false, input: true, dryRun: false, check: false, json: false, restore: [], ...run },
  });
});

test.each([
  { words: '--help --bogus', says: 'Exit codes:' },
  { words: '-yh', says: 'Exit codes:' },
  { words: 'undo --help', says: 'undo what the last run wrote\n\nArguments:' },
  { words: 'app --version', says: /^\d+\.\d+\.\d+\n$/ },
])('$words prints a text', ({ words, says }) => {
  const text = expect.stringMatching(says);
  expect(parseFlags(words.split(' '), {})).toEqual({ command: 'text', text });
});
