import { expect, test } from 'vitest';
import { inFormOf, plainText } from '../../../src/core/project/text.ts';

test.each([
  ['\\n', 'a\nb\n', 'a\nc\n', 'a\nc\n'],
  ['\\r\\n', 'a\r\nb\r\n', 'a\nc\n', 'a\r\nc\r\n'],
  ['a byte order mark', '\uFEFFa\n', 'b\n', '\uFEFFb\n'],
  ['both', '\uFEFFa\r\n', 'b\nc\n', '\uFEFFb\r\nc\r\n'],
  ['no final line end', 'a\r\nb', 'a\nc', 'a\r\nc'],
  ['mostly \\r\\n, each line its own', 'a\nb\r\nc\r\n', 'a\nnew\nc\n', 'a\nnew\r\nc\r\n'],
  ['mostly \\n, each line its own', 'a\r\nb\nc\n', 'a\nb\nnew\nc\n', 'a\r\nb\nnew\nc\n'],
  ['a lone \\r, which ends no line', 'a\rb\n', 'a\rc\n', 'a\rc\n'],
  ['nothing', '', 'a\n', 'a\n'],
])('a text is written in the form of one with %s', (_, raw, plain, expected) => {
  expect(inFormOf(raw, plain)).toBe(expected);
  expect(plainText(inFormOf(raw, plain))).toBe(plain);
});

test.each(['a\r\nb\nc\r\n', '\uFEFFa\r\n', 'a', '', '\r\n', 'a\n\r\nb'])(
  '%j in its own form is itself',
  (raw) => {
    expect(inFormOf(raw, plainText(raw))).toBe(raw);
  },
);
