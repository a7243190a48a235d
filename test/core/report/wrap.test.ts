import { expect, test } from 'vitest';
import { wrapped } from '../../../src/core/report/wrap.ts';

test.each([
  { text: 'one two three', lines: ['one two', 'three'] },
  { text: 'a-word-that-is-longer than it', lines: ['a-word-that-is-longer', 'than it'] },
  { text: 'run `npm run it -- --from x` now', lines: ['run', '`npm run it -- --from x`', 'now'] },
  { text: "digits and ' + ` | ~", lines: ['digits and', "' + ` | ~"] },
  { text: 'a  b c ', lines: ['a  b c '] },
  { text: '', lines: [''] },
])('$text is broken only at spaces outside of commands', ({ text, lines }) => {
  expect(wrapped(text, 10)).toEqual(lines);
});

test('nothing else of a text changes, and a long one takes no time', () => {
  const text = 'some `text` with a ` '.repeat(10_000);
  expect(wrapped(text, 40).join(' ')).toBe(text);
});
