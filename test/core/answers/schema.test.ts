import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { answersSchema } from '../../../src/core/answers/schema.ts';
import { problemsIn } from '../../../src/core/answers/settings.ts';

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
    ...['0', '00', '1', '080', '27017', '65535', '65536', '99999', '00080', '000080', '', ' 1', '1.5', '-1'],
    ...['0s', '90', '90s', '90m', '2147483647', '2147483648', '02147483647s', '35791394m', '35791395m'],
    ...['596523h', '596524h', '24855d', '24856d', '3550w', '3551w', '1y', '1 d', '99999999999'],
  ];

  test.each(TEXTS.flatMap((text) => ['port', 'ttl'].map((name) => ({ name, text }))))(
    'on $name as the text $text',
    async ({ name, text }) => {
      const answers = { [name]: text };
      expect(validate(answers)).toBe((await problemsIn(answers)).length === 0);
    },
  );

  test('on unknown answers', () => {
    expect(validate({ conection: 'url' })).toBe(false);
  });
});
