import { describe, expect, test } from 'vitest';
import { sample } from '../../support/sampling.ts';
import { type Feature, useSites } from './site.ts';

const openSite = useSites();

const KEY = 'the-key-of-ann';
const cycle: Record<string, unknown> = {};
cycle.self = cycle;

/** [name, value put into `ctx.session.value`, value that the next request finds] */
const kept: [name: string, value: unknown, found?: unknown][] = [
  ['a __proto__', JSON.parse('{"__proto__":{"polluted":1}}')],
  ['a constructor', { constructor: { prototype: { polluted: 1 } } }],
  ['operators', { $where: 'sleep(1000)', $set: { _id: 1 }, $ne: null }],
  ['text that reads as a path', { text: '$user', other: '$$ROOT' }],
  ['dots and dollars in names', { 'a.b': 1, '': 2, '.': 3, $: 4, 'a.$[].b': 5 }],
  ['null bytes', { 'a\0b': 'c\0d' }],
  ['lone surrogates', { '\ud800': '\udfff' }],
  ['BSON look-alikes', { _bsontype: 'ObjectId', id: 'x' }],
  ['dates, as text', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
  [
    'values that JSON does not support, left out',
    { no: undefined, fn: () => 1, nan: Number.NaN },
    { nan: null },
  ],
  ['half a megabyte', 'x'.repeat(512 * 1024)],
  ['a hundred levels', JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)],
];

const refused: [name: string, value: unknown, error: object][] = [
  [
    '17 MB',
    'x'.repeat(17 * 1024 * 1024),
    {
      name: 'SessionStoreError',
      code: 'TOO_LARGE',
      message: expect.stringMatching(/1048576 are allowed\. session\.value takes/),
    },
  ],
  [
    'many properties, too large together',
    Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`property ${n}`, 'x'.repeat(50)])),
    { code: 'TOO_LARGE' },
  ],
  ['a cycle', cycle, { message: expect.stringMatching(/circular|session\.value is not JSON/) }],
  ['a BigInt', 1n, { message: expect.stringMatching(/BigInt|session\.value is not JSON/) }],
];

const refusing = sample<Feature>(['plain', 'all'], 1);

describe.each<Feature>(['plain', 'all'])('%s: a session that holds', (feature) => {
  test.each(sample(kept, 3))('%s comes back unchanged', async (_name, value, found = value) => {
    const { store, documents, request } = await openSite(feature);
    await store.set(KEY, { userId: 'ann' });
    expect(await request(KEY, (ctx) => void Object.assign(ctx.session, { value }))).toMatchObject({
      status: 204,
    });
    const { session } = await request(KEY);
    expect(session).toEqual({ userId: 'ann', value: found });
    expect(Object.keys(session.value as object)).toEqual(Object.keys(found as object));
    expect(Object.getPrototypeOf(session)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(await documents.countDocuments()).toBe(1);
  });

  test.each(refusing.includes(feature) ? sample(refused, 1) : [])(
    '%s fails only its request, and the stored session does not change',
    async (_name, value, error) => {
      const { store, request } = await openSite(feature);
      await store.set(KEY, { userId: 'ann' });
      for (const save of [false, true]) {
        const answer = await request(KEY, async (ctx) => {
          ctx.session.value = value;
          if (save) await ctx.session.save();
        });
        expect(answer).toMatchObject({ status: 500, error });
      }
      expect(await request(KEY)).toMatchObject({ status: 204, session: { userId: 'ann' } });
      expect(await request(undefined, (ctx) => void Object.assign(ctx.session, { value }))).toMatchObject({
        status: 500,
        error,
      });
    },
  );

  test.each([
    ['a __proto__', JSON.parse('{"__proto__":{"isAdmin":true},"views":1}'), { views: 1 }],
    [
      'a constructor',
      JSON.parse('{"constructor":1,"toString":2,"views":1}'),
      { constructor: 1, toString: 2, views: 1 },
    ],
  ])('%s as an own property does not change the prototype of ctx.session', async (_name, payload, found) => {
    const { store, request } = await openSite(feature);
    await store.set(KEY, payload);
    const { session } = await request(KEY, (ctx) => expect(ctx.session.isAdmin).toBeUndefined());
    expect(session).toEqual(found);
  });
});

test('properties with names of Object.prototype are merged like any other', async () => {
  const { store, request } = await openSite();
  await store.set(KEY, { views: 1, constructor: 'old', valueOf: 'old' });
  await request(KEY, async (slow) => {
    await request(KEY, (ctx) => {
      ctx.session.hasOwnProperty = 'mine';
      delete ctx.session.constructor;
    });
    slow.session.toString = 'mine';
    delete slow.session.valueOf;
  });
  expect((await request(KEY)).session).toEqual({ views: 1, hasOwnProperty: 'mine', toString: 'mine' });
});

test('the size of each property is computed once, with any number of properties', async () => {
  const { store } = await openSite('plain', { maxBytes: 100 });
  let taken = 0;
  const toJSON = () => {
    taken += 1;
    return 'some text';
  };
  const names = Array.from({ length: 1000 }, (_, number) => `p${number}`);
  await expect(
    store.set(KEY, Object.fromEntries(names.map((name) => [name, { toJSON }]))),
  ).rejects.toMatchObject({
    code: 'TOO_LARGE',
  });
  // The whole payload, and each property separately.
  expect(taken).toBe(2 * names.length);
});

test('the error stays readable with a property name of any length', async () => {
  const { store } = await openSite();
  const failure = await store.set(KEY, { ['n'.repeat(2 * 1024 * 1024)]: 1 }).catch((error) => error);
  expect(failure).toMatchObject({ code: 'TOO_LARGE' });
  expect(failure.message.length).toBeLessThan(1000);
});

test.each([
  ['an object', { $ne: null }],
  ['an array', ['bob']],
  ['true', true],
])('a user that is %s is ignored, and no other sessions are touched', async (_name, userId) => {
  const { store, request } = await openSite('user-key');
  await store.set(KEY, { userId: 'ann' });
  const answer = await request(undefined, (ctx) => void Object.assign(ctx.session, { userId }));
  expect(answer).toMatchObject({ status: 204 });
  await store.destroyByUser(userId as never);
  expect(await store.listByUser(userId as never)).toEqual([]);
  expect(await store.load(KEY)).toEqual({ userId: 'ann' });
});
