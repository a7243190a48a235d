import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  HOUR,
  MINUTE,
  newKey,
  newSession,
  type Payload,
  requestOf,
  SECOND,
  USER_KEY,
  type World,
  wait,
} from '../world.ts';

export function noUsers(world: World): void {
  describe('without a user key', () => {
    test('no user is stored outside of the payload', async () => {
      await newSession(world.open(), { [USER_KEY]: 'ann' });
      expect(await world.onlyDocument()).not.toHaveProperty('user');
    });
  });
}

export function users(world: World): void {
  describe('users', () => {
    test('the user of a session is stored in its own field, and removed at logout', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 });
      expect(await world.onlyDocument()).not.toHaveProperty('user');
      await (await requestOf(store, key)).set({ [USER_KEY]: 'ann' });
      expect((await world.onlyDocument()).user).toBe('ann');
      await (await requestOf(store, key)).set({ [USER_KEY]: 'bob' });
      expect((await world.onlyDocument()).user).toBe('bob');
      await (await requestOf(store, key)).set({ views: 2 });
      expect(await world.onlyDocument()).not.toHaveProperty('user');
    });

    test('the user is also stored with a new session, and a touch keeps it', async () => {
      const store = world.open();
      const key = await newSession(store, { [USER_KEY]: 'ann' });
      wait(2 * MINUTE);
      await (await requestOf(store, key)).set({ [USER_KEY]: 'ann' });
      expect((await world.onlyDocument()).user).toBe('ann');
    });

    test.each([{ user: true }, { user: { $gt: '' } }, { user: ['ann'] }, { user: Number.NaN }])(
      'a user of $user is ignored, and the session is stored',
      async ({ user }) => {
        const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
        onTestFinished(() => emitWarning.mockRestore());
        await newSession(world.open(), { [USER_KEY]: user, views: 1 });
        expect(await world.onlyDocument()).not.toHaveProperty('user');
      },
    );

    test('null does not count as a user', async () => {
      await newSession(world.open(), { [USER_KEY]: null });
      expect(await world.onlyDocument()).not.toHaveProperty('user');
    });

    test('destroyByUser ends only the sessions of the user', async () => {
      const store = world.open();
      await newSession(store, { [USER_KEY]: 'ann' });
      await newSession(store, { [USER_KEY]: 'ann' });
      const others = [await newSession(store, { [USER_KEY]: 'bob' }), await newSession(store, {})];
      await store.destroyByUser('ann');
      expect(await world.documents.countDocuments()).toBe(2);
      for (const key of others) expect(await store.get(key)).toBeDefined();
    });

    test('destroyByUser can keep the current session', async () => {
      const store = world.open();
      const [mine, other] = [
        await newSession(store, { [USER_KEY]: 'ann' }),
        await newSession(store, { [USER_KEY]: 'ann' }),
      ];
      await store.destroyByUser('ann', { except: mine });
      expect(await store.get(mine)).toEqual({ [USER_KEY]: 'ann' });
      expect(await store.get(other)).toBeUndefined();
    });

    test('an invalid key keeps no session and ends none', async () => {
      const store = world.open();
      await newSession(store, { [USER_KEY]: 'ann' });
      await expect(store.destroyByUser('ann', { except: '' })).rejects.toMatchObject({ code: 'INVALID_KEY' });
      expect(await world.documents.countDocuments()).toBe(1);
    });

    test('a request in progress does not undo a logout from all devices', async () => {
      const store = world.open();
      const slow = await requestOf(store, await newSession(store, { [USER_KEY]: 'ann' }));
      await store.destroyByUser('ann');
      await slow.set({ [USER_KEY]: 'ann', views: 1 });
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test.each<{ what: string; before: Payload; after: Payload; isKept: boolean }>([
      { what: 'the same user', before: { [USER_KEY]: 7 }, after: { [USER_KEY]: '7', a: 1 }, isKept: false },
      { what: 'another user', before: { [USER_KEY]: 'ann' }, after: { [USER_KEY]: 'bob' }, isKept: true },
      { what: 'nobody', before: { [USER_KEY]: 'ann' }, after: { a: 1 }, isKept: true },
      { what: 'a user who was nobody', before: {}, after: { [USER_KEY]: 'ann' }, isKept: true },
    ])(
      'regenerate() after the session was ended, for $what: is kept: $isKept',
      async ({ before, after, isKept }) => {
        const store = world.open();
        const key = await newSession(store, before);
        const slow = await requestOf(store, key);
        await store.destroy(key);
        await slow.leave();
        const next = newKey();
        for (let save = 0; save < 2; save += 1) await slow.under(next).set({ ...after, save });
        expect(await store.get(next)).toEqual(isKept ? { ...after, save: 1 } : undefined);
        expect(await world.documents.countDocuments()).toBe(isKept ? 1 : 0);
      },
    );

    test('an existing session keeps its user under a new key', async () => {
      const store = world.open();
      const request = await requestOf(store, await newSession(store, { [USER_KEY]: 'ann' }));
      await request.leave();
      const next = newKey();
      await request.under(next).set({ [USER_KEY]: 'ann' });
      expect(await store.get(next)).toEqual({ [USER_KEY]: 'ann' });
    });

    test('a key without a session does not count as a logout: a login with it succeeds', async () => {
      const store = world.open();
      const login = await requestOf(store, await newSession(store, { [USER_KEY]: 'ann' }));
      await login.under(newKey()).leave();
      const next = newKey();
      await login.under(next).set({ [USER_KEY]: 'ann' });
      expect(await store.get(next)).toEqual({ [USER_KEY]: 'ann' });
    });

    test('the user 7 and the user "7" are the same', async () => {
      const store = world.open();
      await newSession(store, { [USER_KEY]: 7 });
      await newSession(store, { [USER_KEY]: '7' });
      expect(await store.listByUser(7)).toHaveLength(2);
      expect(await store.listByUser('7')).toHaveLength(2);
      await store.destroyByUser(7);
      expect(await store.count()).toBe(0);
    });

    test('listByUser returns the latest session first, marks the current one, and returns no keys', async () => {
      const store = world.open();
      const first = await newSession(store, { [USER_KEY]: 'ann', device: 'phone' }, 2 * HOUR);
      wait(SECOND);
      const second = await newSession(store, { [USER_KEY]: 'ann', device: 'desk' });
      await newSession(store, { [USER_KEY]: 'bob' });
      const { hashKey } = world.modules.store;
      const list = await store.listByUser('ann', { current: first });
      const dates = { createdAt: expect.any(Date), updatedAt: expect.any(Date), expiresAt: expect.any(Date) };
      expect(list).toEqual([
        { id: hashKey(second), current: false, payload: { [USER_KEY]: 'ann', device: 'desk' }, ...dates },
        { id: hashKey(first), current: true, payload: { [USER_KEY]: 'ann', device: 'phone' }, ...dates },
      ]);
      for (const key of [first, second]) expect(JSON.stringify(list)).not.toContain(key);
      for (const { id } of list) expect(await store.get(id)).toBeUndefined();
    });

    test('destroyById ends one session, and only if it belongs to the user', async () => {
      const store = world.open();
      const keys = [await newSession(store, { [USER_KEY]: 7 }), await newSession(store, { [USER_KEY]: 7 })];
      const [id = ''] = keys.map((key) => world.modules.store.hashKey(key));
      await store.destroyById('8', id);
      await store.destroyById(7, { $ne: '' } as unknown as string);
      expect(await store.count()).toBe(2);
      await store.destroyById(7, id);
      expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual([undefined, { [USER_KEY]: 7 }]);
    });

    test('ready warns if the index of users is missing', async () => {
      await world.documents.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      onTestFinished(() => emitWarning.mockRestore());
      await world.open().ready();
      expect(emitWarning.mock.calls).toEqual([[expect.stringMatching(/lack an index: run .*migrate/)]]);
    });

    test('listByUser leaves out expired sessions', async () => {
      const store = world.open();
      await newSession(store, { [USER_KEY]: 'ann' }, MINUTE);
      await newSession(store, { [USER_KEY]: 'ann' }, HOUR);
      wait(2 * MINUTE);
      expect(await store.listByUser('ann')).toHaveLength(1);
    });

    test('a query operator matches no user', async () => {
      const store = world.open();
      await newSession(store, { [USER_KEY]: 'ann' });
      const everybody = { $ne: null } as unknown as string;
      expect(await store.listByUser(everybody)).toEqual([]);
      await store.destroyByUser(everybody);
      expect(await store.count()).toBe(1);
    });
  });
}
