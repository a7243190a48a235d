import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { problemsIn } from '../../../src/core/answers/check.ts';
import { OPTION_NAMES } from '../../../src/core/answers/options.ts';
import { answersSchema } from '../../../src/core/answers/schema.ts';
import { fc, runs } from '../../support/sampling.ts';

const PUBLISHED = join(import.meta.dirname, '../../../schema/answers.schema.json');
const validate = new Ajv({ strict: true }).compile(answersSchema());

test('the published schema is up to date (npm run schema)', () => {
  expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(answersSchema());
});

describe('the schema and the checks agree', () => {
  test.each([
    { connection: 'url', url: 'mongodb://127.0.0.1:27017/app' },
    { connection: 'host', host: 'db.example', port: 27018, db: 'app', username: 'ann', tls: true },
    { connection: 'db', ttl: 90, absoluteTtl: '2w', touchAfter: null, userKey: null },
    { connection: 'mongoose', rolling: true, encrypt: true, onConcurrentWrite: 'throw', app: false },
  ])('on the good answers %j', async (answers) => {
    expect(validate(answers)).toBe(true);
    expect(await problemsIn(answers)).toEqual([]);
  });

  test.each([
    { connection: 'carrier-pigeon' },
    { port: 0 },
    { port: 65_536 },
    { ttl: '14 fortnights' },
    { ttl: 0 },
    { ttl: null },
    { ttl: [90] },
    { collection: '' },
    { collection: 1 },
    { rolling: 'yes' },
    { app: null },
  ])('on the bad answers %j', async (answers) => {
    expect(validate(answers)).toBe(false);
    expect(await problemsIn(answers)).not.toEqual([]);
  });

  const TEXTS = [
    ...['0', '00', '1', '080', '27017', '65535', '00080', '000080', '', ' 1', '1.5', '-1'],
    ...['0s', '90', '90s', '90m', '2147483647', '02147483647s', '35791394m'],
    ...['596523h', '24855d', '3550w', '1y', '1 d'],
  ];

  test.each(TEXTS.flatMap((text) => ['port', 'ttl'].map((name) => ({ name, text }))))(
    'on $name as the text $text',
    async ({ name, text }) => {
      const answers = { [name]: text };
      expect(validate(answers)).toBe((await problemsIn(answers)).length === 0);
    },
  );

  /** Pieces with a meaning in some rule, mixed with random characters. */
  const PIECES = fc.constantFrom(
    ...[
      'a',
      'Z',
      '7',
      '_',
      '-',
      '.',
      '..',
      '/',
      '\\',
      ':',
      '::',
      '$',
      '@',
      ' ',
      '\0',
      '\ud800',
      'é',
      '😀',
      '+',
      '~',
      '|',
    ],
    ...[
      'system.',
      'local',
      'CONFIG',
      '$external',
      '__Host-',
      '__secure-',
      'toString',
      'views',
      'passport.user',
    ],
    ...[
      'dist',
      '.GIT',
      'node_modules',
      'Con',
      'lpt1',
      'src',
      './',
      '127.0.0.1',
      '255',
      '1:2:3:4:5:6:7',
      '[',
      ']',
    ],
    ...[
      'mongodb://',
      'mongodb+srv://',
      'db.example.com',
      '0',
      '65535',
      '2147483647',
      '90m',
      '3550w',
      'x'.repeat(63),
    ],
    ...['true', 'merge', 'host', 'auto', 'npm', 'koa-session-mongo'],
  );
  const TEXT = fc.oneof(
    fc.array(PIECES, { maxLength: 5 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const ANSWER = fc.oneof(
    { weight: 10, arbitrary: TEXT },
    fc.constantFrom(null, true, false, [], {}),
    fc.integer({ min: -1, max: 70_000 }),
    fc.double(),
  );

  /** The form of a number in a text, and of an IPv6 address. */
  const FORMS: Readonly<Record<string, RegExp>> = {
    port: /^\d+$/,
    ttl: /^\d+[smhdw]?$/,
    absoluteTtl: /^\d+[smhdw]?$/,
    touchAfter: /^\d+[smhdw]?$/,
    host: /^[\da-f:.[\]]*:[\da-f:.[\]]*$/i,
    url: /^/,
  };

  /** Rules that the schema leaves to a run: bytes, large numbers in texts, IPv6 addresses and connection strings. */
  const isBeyondSchema = (name: string, answer: unknown): boolean =>
    typeof answer === 'string' &&
    (FORMS[name]?.test(answer) === true || Buffer.byteLength(answer) > answer.length);

  test.each(OPTION_NAMES)('on any value of %s', (name) => {
    fc.assert(
      fc.property(ANSWER, (answer) => {
        const answers = name === 'url' ? { connection: 'url', url: answer, db: 'app' } : { [name]: answer };
        const own = problemsIn(answers).filter(({ rule }) => !/^needs |^does not go/.test(rule));
        const isTaken = own.length === 0;
        const passes = validate(answers);
        if (isTaken || !isBeyondSchema(name, answer))
          expect({ answer, passes }).toEqual({ answer, passes: isTaken });
      }),
      { numRuns: runs(5000) },
    );
  });

  test.each([
    ...[
      '1::',
      '::',
      '::1',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      '1:2:3:4::5:6:7:8',
      '::ffff:1.2.3.4',
      '1:2::3::4',
    ],
    ...[
      '1:2:3:4:5:6:1.2.3.4',
      '::1.2.3',
      '::256.1.1.1',
      '::01.2.3.4',
      ':::',
      '12345::',
      'fe80::1%eth0',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5::1.2.3.4',
      '1:2:3:4:5:6::1.2.3.4',
      '::2:3:4:5:6:7:8',
      '::1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7.8.9.0:1',
      ':1::2',
    ],
  ])(
    'a run takes %s as a host if it is an IPv6 address without a zone, and then the schema does, too',
    (address) => {
      const answers = { host: address };
      const isAddress = isIPv6(address) && !address.includes('%');
      expect(problemsIn(answers).length === 0).toBe(isAddress);
      if (isAddress) expect(validate(answers)).toBe(true);
    },
  );

  test.each([
    ...['65536', '99999'].map((port) => ({ port })),
    ...['2147483648', '35791395m', '596524h', '24856d', '3551w', '99999999999'].map((ttl) => ({ ttl })),
  ])('only a run refuses %j, which is too large', (answers) => {
    expect(validate(answers)).toBe(true);
    expect(problemsIn(answers)).not.toEqual([]);
  });

  test('on unknown answers', () => {
    expect(validate({ conection: 'url' })).toBe(false);
  });
});
