import { describe, expect, test } from 'vitest';
import { type FlagForm, readCommandLine } from '../../../src/core/answers/command-line.ts';

const FORMS: readonly FlagForm[] = [
  { flag: '-V, --version', property: 'version', isLast: true },
  { flag: '-c, --connection <style>', property: 'connection' },
  { flag: '-y, --yes', property: 'yes' },
  { flag: '--no-yes', property: 'yes', isHidden: true },
  { flag: '--no-input', property: 'input' },
  { flag: '--diff [path]', property: 'diff' },
  { flag: '--restore <path>', property: 'restore', repeats: true },
  { flag: '-p, --password <password>', property: 'password', refused: 'no passwords here', isHidden: true },
];

const read = (...argv: string[]) => readCommandLine(argv, FORMS);

describe('a value', () => {
  test.each([
    { form: 'as the next word', argv: ['--connection', 'db'], value: 'db' },
    { form: 'behind a =', argv: ['--connection=db'], value: 'db' },
    { form: 'with another = in it', argv: ['--connection=a=b'], value: 'a=b' },
    { form: 'that is empty', argv: ['--connection='], value: '' },
    { form: 'that looks like a flag', argv: ['--connection', '--yes'], value: '--yes' },
    { form: 'behind one letter', argv: ['-cdb'], value: 'db' },
    { form: 'behind several letters', argv: ['-yc', 'db'], value: 'db' },
    { form: 'given twice', argv: ['-c', 'url', '-c', 'db'], value: 'db' },
  ])('$form', ({ argv, value }) => {
    expect(read(...argv)).toMatchObject({ words: [], values: { connection: value }, problem: undefined });
  });

  test.each([
    { argv: ['--diff'], diff: true, words: [] },
    { argv: ['--diff', 'a.ts'], diff: 'a.ts', words: [] },
    { argv: ['--diff=a.ts', 'app'], diff: 'a.ts', words: ['app'] },
    { argv: ['--diff', '--yes'], diff: true, words: [] },
    { argv: ['--diff', '--', 'app'], diff: true, words: ['app'] },
  ])('that may be left out: $argv', ({ argv, diff, words }) => {
    expect(read(...argv)).toMatchObject({ words, values: { diff } });
  });

  test('of a flag that repeats is one of a list', () => {
    expect(read('--restore', 'a', '--restore=b').values).toEqual({ restore: ['a', 'b'] });
  });

  test('that is missing is an error', () => {
    expect(() => read('-c')).toThrow("option '-c, --connection <style>' argument missing");
  });
});

test('the last of a switch and its --no-… counts', () => {
  expect(read('--yes', '--no-yes').values).toEqual({ yes: false });
  expect(read('--no-yes', '-y').values).toEqual({ yes: true });
  expect(read('--no-input').values).toEqual({ input: false });
});

test('what comes after -- or is a single dash is a word', () => {
  expect(read('-', '--', '--yes')).toMatchObject({ words: ['-', '--yes'], values: {} });
});

test('nothing counts after a flag that is the last', () => {
  expect(read('-V', '-c')).toMatchObject({ values: { version: true }, problem: undefined });
});

test('which flag set a property is known by its long name, in order', () => {
  expect([...read('-y', '--diff', '--no-yes').given]).toEqual([
    ['yes', '--no-yes'],
    ['diff', '--diff'],
  ]);
});

test.each([
  { argv: ['--yess'], says: "unknown option '--yess'\n(Did you mean --yes?)" },
  { argv: ['--conection=s3cret'], says: "unknown option '--conection'\n(Did you mean --connection?)" },
  { argv: ['--passwort'], says: "unknown option '--passwort'\nSee" },
  { argv: ['--zzz', '--yess'], says: "unknown option '--zzz'\nSee" },
  { argv: ['-xVs3cret'], says: "unknown option '-x'\nSee" },
  { argv: ['--connection s3cret'], says: '--connection: its value is a separate argument' },
  { argv: ['--yes=s3cret'], says: '--yes: takes no value; to turn it off, give --no-yes' },
  { argv: ['--no-input=s3cret'], says: '--no-input: takes no value' },
  ...[['-ps3cret'], ['-p', 's3cret'], ['--password'], ['--password=s3cret'], ['--password s3cret']].map(
    (argv) => ({ argv, says: 'no passwords here' }),
  ),
])('$argv is refused, and no value is shown', ({ argv, says }) => {
  const { problem, values } = read(...argv);
  expect(problem?.message).toContain(says);
  expect(problem?.message).not.toContain('s3cret');
  expect(values).toEqual({});
});
