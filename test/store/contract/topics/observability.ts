import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  listenTo,
  MINUTE,
  newKey,
  newSession,
  request,
  requestOf,
  USER_KEY,
  type World,
  wait,
} from '../world.ts';

export function observability(world: World): void {
  const { encrypt } = world.settings;

  describe('observability', () => {
    test('each operation tells its outcome and its time', async () => {
      const store = world.open();
      const key = newKey();
      await world.documents.drop();
      const heard = listenTo('koa-mongo-session');
      const first = request(store, key);
      await first.get();
      await first.set({ views: 1 });
      const second = await requestOf(store, key);
      await second.set({ views: 2 });
      wait(2 * MINUTE);
      await second.set({ views: 2 });
      await store.load(key);
      await store.load(newKey());
      await store.count();
      await store.destroy(key);
      await second.set({ views: 3 });
      await world.documents.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await store.ready();
      await store.clear();
      expect(heard.map(({ operation, outcome }) => `${operation}: ${outcome}`)).toEqual([
        'get: miss',
        'set: insert',
        'get: hit',
        'set: update',
        'set: touch',
        'load: hit',
        'load: miss',
        'count: done',
        'destroy: done',
        'set: destroyed',
        'ready: done',
        'clear: done',
      ]);
      for (const { durationMs, ...rest } of heard) {
        expect(durationMs).toBeTypeOf('number');
        expect(Object.keys(rest)).toEqual(['operation', 'outcome']);
      }
    });

    test('a failure tells its code', async () => {
      const heard = listenTo('koa-mongo-session');
      await expect(world.open({ maxBytes: 1 }).set(newKey(), {})).rejects.toThrow();
      expect(heard).toMatchObject([{ operation: 'set', outcome: 'TOO_LARGE' }]);
    });

    test('no event holds a key, a payload or a user', async () => {
      const store = world.open();
      const heard = listenTo('koa-mongo-session');
      const key = await newSession(store, { marker: 'marker', [USER_KEY]: 'marker' });
      await (await requestOf(store, key)).set({ marker: 'other marker', [USER_KEY]: 'marker' });
      await store.destroy(key);
      expect(heard).toHaveLength(4);
      const { hashKey } = world.modules.store;
      for (const secret of [key, hashKey(key), 'marker']) expect(JSON.stringify(heard)).not.toContain(secret);
    });

    test('a store shows no secret, however it is looked at', async () => {
      const store = world.open();
      const key = await newSession(store, { marker: 'marker' });
      await requestOf(store, key);
      const shown = [
        inspect(store, { depth: null, showHidden: true, getters: true }),
        JSON.stringify(store),
        JSON.stringify({ store }),
        String(store),
        ...Object.getOwnPropertyNames(store),
      ].join('\n');
      const secrets = [
        key,
        'marker',
        'mongodb://',
        ...(encrypt ? world.encryptionKeys.map((k) => inspect(k)) : []),
      ];
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(JSON.stringify(store)).toBe('{}');
    });

    test('an error of the server is told by its code alone', async () => {
      const { Sessions } = world.modules.sessions;
      const server = Object.assign(new Error('E11000 dup key: { data: "marker" }'), {
        code: 121,
        codeName: 'Refused',
      });
      const connection = { collection: () => Promise.reject(server), close: async () => {} };
      const store = new Sessions(connection, world.options);
      const error = await store.set(newKey(), {}).catch((failure) => failure);
      expect(error).toMatchObject({
        code: '121',
        message: 'Session set failed: MongoDB answered Refused (code 121)',
      });
      expect(inspect(error, { depth: null })).not.toContain('marker');
    });
  });
}
