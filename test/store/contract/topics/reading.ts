import { describe, expect, test } from 'vitest';
import { HOUR, newKey, newSession, request, SECOND, type World, wait } from '../world.ts';

export function reading(world: World): void {
  describe('reading', () => {
    test('no session is found under a key that was never stored', async () => {
      const store = world.open();
      expect(await store.get(newKey())).toBeUndefined();
      expect(await store.load(newKey())).toBeUndefined();
    });

    test('an expired session is not found, even before the TTL index removes it', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 }, HOUR);
      wait(HOUR - SECOND);
      expect(await store.get(key)).toEqual({ views: 1 });
      expect(await store.count()).toBe(1);
      wait(SECOND);
      expect(await store.get(key)).toBeUndefined();
      expect(await store.load(key)).toBeUndefined();
      expect(await store.count()).toBe(0);
    });

    test('reading takes one command, by _id', async () => {
      const store = world.open();
      const key = await newSession(store);
      const { _id } = await world.onlyDocument();
      const sent = await world.sentBy(() => store.get(key));
      expect(sent).toMatchObject([{ name: 'find', command: { filter: { _id } } }]);
      expect(Object.keys(Object(sent[0]?.command.filter))).toEqual(['_id']);
    });

    test('load reads outside of a request, and returns no cookie fields', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1, _expire: Date.now() + HOUR, _maxAge: HOUR });
      expect(await store.load(key)).toEqual({ views: 1 });
    });

    test('load respects the date in the cookie, like koa-session', async () => {
      const store = world.open();
      const own = { _expire: Date.now() + HOUR, _maxAge: HOUR };
      const key = await newSession(store, { views: 1, ...own }, HOUR + 10 * SECOND);
      wait(HOUR);
      expect(await store.load(key)).toEqual({ views: 1 });
      wait(1);
      expect(await store.load(key)).toBeUndefined();
      const over = await newSession(store, { views: 1, _expire: Date.now() - 1, _maxAge: HOUR });
      expect(await store.load(over)).toBeUndefined();
    });

    test('the methods work without a ctx', async () => {
      const store = world.open();
      const key = newKey();
      await store.set(key, { views: 1 });
      expect(await store.get(key)).toEqual({ views: 1 });
      await store.set(key, { views: 2 }, HOUR, {});
      expect(await store.get(key, HOUR, {})).toEqual({ views: 2 });
      await store.destroy(key);
      expect(await store.get(key)).toBeUndefined();
    });

    test('a failure is thrown, and does not count as a missing session', async () => {
      const { Sessions } = world.modules.sessions;
      const { SessionStoreError } = world.modules.errors;
      const unreachable = {
        collection: () => Promise.reject(new Error('out of reach')),
        close: async () => {},
      };
      const store = new Sessions(unreachable, world.options);
      const { get, set } = request(store, newKey());
      await expect(get()).rejects.toThrow(SessionStoreError);
      await expect(get()).rejects.toThrow('Session get failed: out of reach');
      await expect(set({})).rejects.toThrow('Session set failed: out of reach');
    });
  });
}
