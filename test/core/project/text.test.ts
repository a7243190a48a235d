import { expect, test } from 'vitest';
import { inFormOf, plainText } from '../../../src/core/project/text.ts';

test.each([
  ['\\n', 'a\nb\n', 'a\nc\n', 'a\nc\n'],
  ['\\r\\n', 'a\r\nb\r\n', 'a\nc\n', 'a\r\nc\r\n'],
  ['a byte order mark', '\uFEFFa\n', 'b\n', '\uFEFFb\n'],
  ['both', '\uFEFFa\r\n', 'b\nc\n', '\uFEFFb\r\nc\r\n'],
  ['no final line end', 'a\r\nb', 'a\nc', 'a\r\nc'],
  ['mostly \\r\\n, with each line keeping its own', 'a\nb\r\nc\r\n', 'a\nnew\nc\n', 'a\nnew\r\nc\r\n'],
  ['mostly \\n, with each line keeping its own', 'a\r\nb\nc\n', 'a\nb\nnew\nc\n', 'a\r\nb\nnew\nc\n'],
  ['a lone \\r, which does not end a line', 'a\rb\n', 'a\rc\n', 'a\rc\n'],
  ['nothing', '', 'a\n', 'a\n'],
])('a new text gets the format of a text with %s', (_, raw, plain, expected) => {
  expect(inFormOf(raw, plain)).toBe(expected);
  expect(plainText(inFormOf(raw, plain))).toBe(plain);
});

test.each(['a\r\nb\nc\r\n', '\uFEFFa\r\n', 'a', '', '\r\n', 'a\n\r\nb'])(
  '%j in its own format does not change',
  (raw) => {
    expect(inFormOf(raw, plainText(raw))).toBe(raw);
  },
);
