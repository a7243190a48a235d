import { describe, expect, test } from 'vitest';
import { type Feature, useSites } from './site.ts';

const openSite = useSites();

const KEY = 'the-key-of-ann';

const keys: [name: string, key: (hashOfAnn: string) => unknown][] = [
  ['an empty array', () => []],
  ['an array with a key', () => [KEY]],
  ['an operator', () => ({ $gt: '' })],
  ['another operator', () => ({ $ne: null })],
  ['a regular expression', () => /./],
  ['an object that reads as a key', () => ({ toString: () => KEY, length: KEY.length })],
  ['a boxed string', () => Object(KEY)],
  ['the empty string', () => ''],
  ['a string of 1 MB', () => 'x'.repeat(1024 * 1024)],
  ['a key and much more', () => KEY.padEnd(16 * 1024 + 1)],
  ['a stored hash', (hash) => hash],
  ['a number', () => 1],
  ['true', () => true],
  ['a symbol', () => Symbol(KEY)],
  ['a function', () => () => KEY],
  ['a key with a null byte', () => `${KEY}\0`],
  ['a lone surrogate', () => '\ud800'],
  ['another lone surrogate', () => '\udfff'],
];

describe.each<Feature>(['plain', 'all'])('%s: a session key that is', (feature) => {
  test.each(keys)('%s opens no session, and damages none', async (_name, make) => {
    const { store, modules, documents, request } = await openSite(feature);
    await store.set(KEY, { userId: 'ann', secret: 'of ann' });
    await store.set('\ufffd', { userId: 'bob', secret: 'of bob' });
    const before = await documents.find().sort({ _id: 1 }).toArray();
    const key = make(modules.store.hashKey(KEY)) as string;

    expect(await request(key)).toMatchObject({ status: 204, session: {}, error: undefined });
    expect(await store.load(key)).toBeUndefined();
    await store.destroy(key);
    await store.set(key, { secret: 'of nobody' }).catch((error) => {
      expect(error).toMatchObject({ name: 'SessionStoreError', code: 'INVALID_KEY' });
    });
    expect(
      await documents
        .find({ _id: { $in: before.map(({ _id }) => _id) } })
        .sort({ _id: 1 })
        .toArray(),
    ).toEqual(before);
    expect(await store.load(KEY)).toEqual({ userId: 'ann', secret: 'of ann' });
  });

  test('not a string gives its request a session under a new key', async () => {
    const { documents, request, modules } = await openSite(feature);
    expect(await request({ $gt: '' }, (ctx) => void Object.assign(ctx.session, { views: 1 }))).toMatchObject({
      status: 204,
    });
    expect(await documents.countDocuments()).toBe(1);
    expect(await request([''], (ctx) => void Object.assign(ctx.session, { views: 1 }))).toMatchObject({
      status: 204,
    });
    expect(await documents.countDocuments()).toBe(2);
    expect(await documents.findOne({ _id: modules.store.hashKey('[object Object]') })).toBeNull();
  });
});

test('two keys that differ only in a lone surrogate have different sessions', async () => {
  const { store } = await openSite();
  await store.set('key-\ud800', { secret: 1 }).catch(() => {});
  expect(await store.load('key-\ud801')).toBeUndefined();
  expect(await store.load('key-\ufffd')).toBeUndefined();
});
