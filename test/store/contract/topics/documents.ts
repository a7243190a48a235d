import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newKey, newSession, request, requestOf, TTL, type World } from '../world.ts';

const AWKWARD = {
  $where: 'return true',
  'a.b': { 'c.d': 1, $set: { x: 1 } },
  'null\0byte': 'a\0b',
  _bsontype: 'ObjectId',
  length: 3,
  constructor: { prototype: { polluted: true } },
  toString: 'text',
  emoji: '🍪 \ud800',
  nested: [[{ deep: [null, true, 1.5, '', -0] }]],
  empty: {},
};

export function documents(world: World): void {
  describe('documents', () => {
    test('a session is one document with only the known fields', async () => {
      const key = await newSession(world.open(), { views: 1 });
      const { data, ...rest } = await world.onlyDocument();
      expect(rest).toEqual({
        _id: createHash('sha256').update(key).digest('base64url'),
        cookie: {},
        createdAt: new Date(),
        updatedAt: new Date(),
        expiresAt: new Date(Date.now() + TTL),
        version: 1,
      });
      if (world.settings.encrypt) expect(data).toMatchObject({ _bsontype: 'Binary', sub_type: 0 });
      else expect(data).toBe('{"views":1}');
    });

    test('no part of the key is stored', async () => {
      const key = await newSession(world.open());
      expect(JSON.stringify(await world.onlyDocument())).not.toContain(key);
    });

    test('every JSON value comes back unchanged', async () => {
      const store = world.open();
      const key = await newSession(store, AWKWARD);
      expect(await store.get(key)).toEqual(JSON.parse(JSON.stringify(AWKWARD)));
    });

    test.each([
      { cookie: { _expire: 1_800_000_000_000, _maxAge: 86_400_000 } },
      { cookie: { _session: true } },
      { cookie: {} },
    ])('$cookie comes back unchanged, and is not part of the payload', async ({ cookie }) => {
      const store = world.open();
      const future = '_expire' in cookie ? { ...cookie, _expire: Date.now() + 1_000_000 } : cookie;
      const key = await newSession(store, { views: 1, ...future });
      expect(await store.get(key)).toEqual({ views: 1, ...future });
      expect(await store.load(key)).toEqual({ views: 1 });
      expect((await world.onlyDocument()).cookie).toEqual(future);
    });

    test('a stored hash cannot be used as a key', async () => {
      const store = world.open();
      await newSession(store, { views: 1 });
      const { _id } = await world.onlyDocument();
      expect(await store.get(_id)).toBeUndefined();
      expect(await store.load(_id)).toBeUndefined();
    });

    test('a stored __proto__ does not change the prototype', async () => {
      const store = world.open();
      const key = await newSession(store, JSON.parse('{"__proto__":{"admin":true},"views":1}'));
      const payload = await store.get(key);
      expect(Object.keys(payload ?? {})).toEqual(['views']);
      expect(payload).not.toHaveProperty('admin');
    });

    test('a payload that is too large is refused, with the name of its largest property', async () => {
      const store = world.open({ maxBytes: 1000 });
      const payload = { small: 1, huge: 'x'.repeat(900), large: 'y'.repeat(200) };
      await expect(request(store, newKey()).set(payload)).rejects.toMatchObject({
        code: 'TOO_LARGE',
        message: expect.stringMatching(/ 1\d\d\d bytes, 1000 are allowed\. session\.huge takes the most/),
      });
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('a payload of the maximum size is stored', async () => {
      const store = world.open({ maxBytes: 1000 });
      const payload = { text: 'x'.repeat(1000 - '{"text":""}'.length) };
      const key = await newSession(store, payload);
      expect(await store.get(key)).toEqual(payload);
    });

    test('a payload that is too large already can be renewed, moved and made smaller, but not larger', async () => {
      const text = (length: number) => ({ text: 'x'.repeat(length) });
      const key = await newSession(world.open(), text(1500));
      const store = world.open({ maxBytes: 1000 });
      const first = await requestOf(store, key);
      await first.set(text(1500));
      await expect(first.set(text(1501))).rejects.toMatchObject({ code: 'TOO_LARGE' });
      await first.set(text(1400));
      const next = newKey();
      const moving = await requestOf(store, key);
      await moving.leave();
      await moving.under(next).set(text(1400));
      expect([await store.get(key), await store.get(next)]).toEqual([undefined, text(1400)]);
    });

    test('a document with a wrong date or version gives no session', async () => {
      const store = world.open();
      const wrong = { version: '1', createdAt: 'today', updatedAt: null, expiresAt: 8e15 };
      for (const [field, value] of Object.entries(wrong)) {
        const key = await newSession(store, { views: 1 });
        const _id = world.modules.store.hashKey(key);
        await world.documents.updateOne({ _id }, { $set: { [field]: value } });
        expect(await store.get(key), field).toBeUndefined();
        expect(await store.load(key), field).toBeUndefined();
      }
    });

    test('requests share no objects through their sessions', async () => {
      const store = world.open();
      const [mine, other] = [
        await newSession(store, { name: 'mine' }),
        await newSession(store, { name: 'other' }),
      ];
      await (await requestOf(store, mine)).set({ name: 'changed' });
      expect(await store.get(other)).toEqual({ name: 'other' });
    });
  });
}
