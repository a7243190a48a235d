import { describe, expect, test } from 'vitest';
import type { SentCommand } from '../../../support/monitored/log.ts';
import { MINUTE, newKey, newSession, request, requestOf, TTL, type World, wait } from '../world.ts';

/** The statement of the only command: an update. */
function onlyUpdate(sent: readonly SentCommand[]): {
  q: object;
  u: Record<string, object>;
  upsert?: boolean;
} {
  const [first, ...others] = sent;
  expect(first?.name).toBe('update');
  expect(others).toEqual([]);
  const updates = Object(first?.command.updates);
  expect(updates).toHaveLength(1);
  return updates[0];
}

export function writing(world: World): void {
  describe('writing', () => {
    test('a new session is an upsert with only the _id in its filter', async () => {
      const { set } = request(world.open(), newKey());
      const { q, upsert } = onlyUpdate(await world.sentBy(() => set({ views: 1 })));
      const { _id } = await world.onlyDocument();
      expect(q).toEqual({ _id });
      expect(upsert).toBe(true);
    });

    test('a changed session is updated with the loaded version in the filter, and never upserted', async () => {
      const store = world.open();
      const { set } = await requestOf(store, await newSession(store, { views: 1 }));
      const { q, upsert } = onlyUpdate(await world.sentBy(() => set({ views: 2 })));
      const { _id, version } = await world.onlyDocument();
      expect(q).toEqual({ _id, version: 1 });
      expect(upsert).not.toBe(true);
      expect(version).toBe(2);
    });

    test('an unchanged session is touched: only dates change, not the version', async () => {
      const store = world.open();
      const { set } = await requestOf(store, await newSession(store, { views: 1 }));
      const before = await world.onlyDocument();
      wait(2 * MINUTE);
      const { q, u, upsert } = onlyUpdate(await world.sentBy(() => set({ views: 1 })));
      const after = await world.onlyDocument();
      expect(q).toEqual({ _id: before._id, 'cookie._maxAge': null, 'cookie._session': null });
      expect(upsert).not.toBe(true);
      expect(Object.keys(u)).toEqual(['$max']);
      expect(Object.keys(u.$max ?? {}).sort()).toEqual(['expiresAt', 'updatedAt']);
      expect(after).toEqual({ ...before, updatedAt: new Date(), expiresAt: new Date(Date.now() + TTL) });
    });

    test('a touch stores the new date of the cookie', async () => {
      const store = world.open();
      const _expire = Date.now() + TTL;
      const key = await newSession(store, { views: 1, _expire, _maxAge: TTL });
      const { set } = await requestOf(store, key);
      wait(2 * MINUTE);
      await set({ views: 1, _expire: _expire + 1, _maxAge: TTL });
      expect(await store.get(key)).toEqual({ views: 1, _expire: _expire + 1, _maxAge: TTL });
    });

    test('a request knows its own saves: insert, update, update', async () => {
      const store = world.open();
      const key = newKey();
      const { set } = request(store, key);
      await set({ step: 1 });
      const updates = [
        onlyUpdate(await world.sentBy(() => set({ step: 2 }))),
        onlyUpdate(await world.sentBy(() => set({ step: 3 }))),
      ];
      expect(updates.map(({ upsert }) => upsert ?? false)).toEqual([false, false]);
      expect(await store.get(key)).toEqual({ step: 3 });
      expect((await world.onlyDocument()).version).toBe(3);
    });

    test('a request that saves twice without a change writes once', async () => {
      const store = world.open();
      const { set } = await requestOf(store, await newSession(store, { views: 1 }));
      await set({ views: 2 });
      wait(2 * MINUTE);
      const { u } = onlyUpdate(await world.sentBy(() => set({ views: 2 })));
      expect(Object.keys(u)).toEqual(['$max']);
      expect((await world.onlyDocument()).version).toBe(2);
    });

    test('the state that was loaded for one key does not apply to another', async () => {
      const store = world.open();
      const oldKey = await newSession(store, { views: 1 });
      const ctx = {};
      await store.get(oldKey, TTL, { ctx });
      await store.destroy(oldKey);
      const key = newKey();
      await store.set(key, { views: 1 }, TTL, { ctx });
      expect(await store.get(key)).toEqual({ views: 1 });
      expect((await world.onlyDocument()).version).toBe(1);
    });

    test.each([
      { what: 'changed', payload: { views: 2 } },
      { what: 'untouched', payload: { views: 1 } },
    ])(
      'a destroyed session stays destroyed when a slow request finishes with it $what',
      async ({ payload }) => {
        const store = world.open();
        const key = await newSession(store, { views: 1 });
        const slow = await requestOf(store, key);
        await store.destroy(key);
        wait(2 * MINUTE);
        await slow.set(payload);
        await slow.set({ views: 3 });
        expect(await world.documents.countDocuments()).toBe(0);
      },
    );

    test('a session that is destroyed after a save stays destroyed', async () => {
      const store = world.open();
      const key = newKey();
      const slow = request(store, key);
      await slow.set({ views: 1 });
      await store.destroy(key);
      await slow.set({ views: 2 });
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('destroying a missing session succeeds', async () => {
      const store = world.open();
      await store.destroy(newKey());
      await newSession(store);
      await store.destroy(newKey());
      expect(await world.documents.countDocuments()).toBe(1);
    });

    test('without a ctx, the last write wins, and the session keeps its creation date', async () => {
      const store = world.open();
      const key = newKey();
      await store.set(key, { views: 1 }, TTL);
      const { createdAt } = await world.onlyDocument();
      wait(MINUTE);
      await store.set(key, { views: 2 }, TTL);
      expect(await world.onlyDocument()).toMatchObject({ createdAt, version: 2 });
      expect(await store.get(key)).toEqual({ views: 2 });
    });

    test.each([
      { key: '' },
      { key: ['a'] },
      { key: { $gt: '' } },
      { key: 7 },
      { key: null },
      { key: 'x'.repeat(1_000_000) },
    ])('an invalid key ($key) finds nothing, destroys nothing and is not written', async ({ key }) => {
      const store = world.open();
      await newSession(store, { views: 1 });
      const hostile = key as string;
      expect(await store.get(hostile)).toBeUndefined();
      expect(await store.load(hostile)).toBeUndefined();
      await store.destroy(hostile);
      await expect(store.set(hostile, {})).rejects.toMatchObject({ code: 'INVALID_KEY' });
      expect(await world.documents.countDocuments()).toBe(1);
    });
  });
}
