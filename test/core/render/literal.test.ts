import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { shellQuote } from '../../../src/core/answers/shell.ts';
import { envLiteral, jsonLiteral, literal } from '../../../src/core/render/literal.ts';
import { trickyText } from '../../support/arbitraries.ts';
import { fc } from '../../support/sampling.ts';

describe('a TypeScript literal', () => {
  test('evaluates to the same text, with any characters', () => {
    fc.assert(
      fc.property(fc.oneof(trickyText, fc.string({ unit: 'binary' })), (text) => {
        expect(runInNewContext(`(${literal(text)})`)).toBe(text);
      }),
    );
  });

  test('is on one line, with every character visible', () => {
    fc.assert(
      fc.property(fc.oneof(trickyText, fc.string({ unit: 'binary' })), (text) => {
        expect(literal(text)).not.toMatch(/\p{C}|[^\P{Z} ]/u);
      }),
    );
  });

  test.each([
    ['plain', "'plain'"],
    ["it's", '"it\'s"'],
    [`both ' and "`, `'both \\' and "'`],
    ['a\\b', "'a\\\\b'"],
    ['\u202Eevil', "'\\u202eevil'"],
    ['\uD800', "'\\ud800'"],
    [true, 'true'],
    [27017, '27017'],
  ])('of %j is %s', (value, expected) => {
    expect(literal(value)).toBe(expected);
  });

  test.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -0, {}, [], 1n, () => 1])(
    'is refused for %o',
    (value) => {
      expect(() => literal(value)).toThrow(TypeError);
    },
  );
});

test('a JSON literal evaluates to the same value', () => {
  fc.assert(
    fc.property(trickyText, (text) => {
      expect(JSON.parse(jsonLiteral([text]))).toEqual([text]);
    }),
  );
  expect(() => jsonLiteral(undefined)).toThrow(TypeError);
});

/** The values that `.env` can hold. */
const writable = (texts: readonly string[]): string[] =>
  texts.filter((text) => {
    try {
      envLiteral(text);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  });

describe('a value in .env', () => {
  test('is read back as the same text, or is refused', () => {
    fc.assert(
      fc.property(trickyText, fc.string(), (one, other) => {
        for (const text of writable([one, other])) {
          expect(parseEnv(`A=${envLiteral(text)}\nB=2\n`)).toEqual({ A: text, B: '2' });
        }
      }),
    );
  });

  test('is the same in a program started with --env-file', () => {
    const texts = writable(fc.sample(trickyText, 500));
    const file = join(tmpdir(), `literal-${process.pid}.env`);
    try {
      writeFileSync(file, texts.map((text, at) => `VALUE_${at}=${envLiteral(text)}\n`).join(''));
      const print = `JSON.stringify(Array.from({ length: ${texts.length} }, (_, at) => process.env['VALUE_' + at]))`;
      const seen = execFileSync(process.execPath, [`--env-file=${file}`, '-p', print], { encoding: 'utf8' });
      expect(JSON.parse(seen)).toEqual(texts);
    } finally {
      rmSync(file, { force: true });
    }
  });

  test.each(['a\nb', 'a\0b', `'"\`#`])('%j cannot be written', (text) => {
    expect(() => envLiteral(text)).toThrow(RangeError);
  });
});

test.runIf(process.platform !== 'win32')('a shell passes on a quoted word unchanged', () => {
  const samples = fc.sample(trickyText, 300).filter((text) => !/[\0\uD800-\uDFFF]/u.test(text));
  const texts = ['a\\\nb', ...samples];
  const script = `printf '%s\\0' ${texts.map(shellQuote).join(' ')}`;
  const seen = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(seen.split('\0').slice(0, -1)).toEqual(texts);
});
