import type { Collection, Document, OptionalId } from 'mongodb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openClients } from '../../../support/monitored/log.ts';
import { HOUR, listOf, MINUTE, newKey, newSession, requestOf, SECOND, type World, wait } from '../world.ts';

export function lifecycle(world: World): void {
  /** Runs a function, and returns the warnings that it causes. */
  const warningsOf = async (work: () => Promise<unknown>) => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      await work();
      return emitWarning.mock.calls.map(([warning]) => warning);
    } finally {
      emitWarning.mockRestore();
    }
  };
  const { style } = world.settings.connection;
  const ownClients = style === 'url' || style === 'host' ? 1 : 0;
  const NO_TTL_INDEX = ['The sessions lack an index: run `npm run migrate:sessions`.'];

  describe('lifecycle', () => {
    test('creating a store does not connect', async () => {
      const before = openClients();
      expect(await world.sentBy(async () => world.openAlone())).toEqual([]);
      expect(openClients()).toBe(before);
    });

    test('count counts unexpired sessions, clear ends all sessions', async () => {
      const store = world.open();
      await newSession(store, {}, MINUTE);
      const key = await newSession(store, {}, HOUR);
      wait(2 * MINUTE);
      expect(await store.count()).toBe(1);
      await store.clear();
      expect(await store.count()).toBe(0);
      expect(await store.get(key)).toBeUndefined();
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('clear ends more sessions than one call could, in batches', async () => {
      const store = world.open();
      await newSession(store);
      const document = await world.onlyDocument();
      const ids = Array.from({ length: 204 }, (_, at) => `${document._id}-${at}`);
      await world.documents.insertMany(ids.map((_id) => ({ ...document, _id })));
      const sent = await world.sentBy(() => store.clear());
      const ended = sent
        .filter(({ name }) => name === 'delete')
        .flatMap(({ command }) => command.deletes as Document[]);
      expect(ended.map(({ q }) => q._id.$in.length)).toEqual([100, 100, 5]);
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('documents that are not sessions are neither counted, listed nor deleted', async () => {
      const store = world.open();
      await newSession(store, { views: 1 });
      const others = world.documents as unknown as Collection;
      const soon = new Date(Date.now() + HOUR);
      const foreign = [
        { token: 'of a login', userId: 'ann', expiresAt: soon },
        { _id: 'a cache', data: 'text', expiresAt: soon },
        { _id: 'a job', data: { a: 1 }, createdAt: soon, updatedAt: soon, version: 1, expiresAt: soon },
      ];
      await others.insertMany(foreign as OptionalId<Document>[]);
      expect(await store.count()).toBe(1);
      expect(await listOf(store)).toHaveLength(1);
      await store.clear();
      expect(await others.countDocuments()).toBe(3);
    });

    test('list returns all unexpired sessions, in batches', async () => {
      const store = world.open();
      for (let views = 0; views < 205; views += 1) await newSession(store, { views });
      await newSession(store, { views: -1 }, SECOND);
      wait(MINUTE);
      const all = await listOf(store);
      expect(all.map(({ payload }) => Number(payload.views)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 205 }, (_, views) => views),
      );
      expect(Object.keys(all[0] ?? {}).sort()).toEqual([
        'createdAt',
        'expiresAt',
        'id',
        'payload',
        'updatedAt',
      ]);
    });

    test('touch renews a session with its own lifetime, without a request, and leaves the end of its cookie', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 });
      const own = 61 * MINUTE;
      const cookie = { _maxAge: own, _expire: Date.now() + own };
      await world.documents.updateOne({}, { $set: { cookie } });
      wait(50 * MINUTE);
      expect(await store.touch(key)).toBe(true);
      const document = await world.onlyDocument();
      expect(document).toMatchObject({ cookie, version: 1 });
      expect(document.expiresAt).toEqual(new Date(Date.now() + own + 10 * SECOND));
      wait(55 * MINUTE);
      expect(await store.load(key)).toEqual({ views: 1 });
      expect(await store.touch(key)).toBe(true);
      wait(own + SECOND);
      expect(await store.load(key)).toBeUndefined();
      expect(await store.touch(key)).toBe(false);
    });

    test('touch does not restore a destroyed or expired session', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 }, MINUTE);
      wait(2 * MINUTE);
      expect(await store.touch(key)).toBe(false);
      expect(await store.touch(newKey())).toBe(false);
      expect(await store.load(key)).toBeUndefined();
    });

    test('deletions are acknowledged by a majority, and all commands have a time limit on the server', async () => {
      const store = world.open();
      const sent = await world.sentBy(async () => {
        const key = await newSession(store, { views: 1 });
        const { set } = await requestOf(store, key);
        await set({ views: 2 });
        await store.touch(key);
        await store.count();
        await listOf(store);
        await store.destroy(key);
        await newSession(store);
        await store.clear();
        await store.ready();
      });
      for (const { command } of sent) expect(command.maxTimeMS).toBeTypeOf('number');
      const ends = sent.filter(({ name }) => name === 'delete');
      expect(ends.map(({ command }) => command.writeConcern)).toEqual([{ w: 'majority' }, { w: 'majority' }]);
    });

    beforeEach(async () => {
      await world.documents.drop();
    });

    test('ready warns if there is no TTL index, and names the command to run', async () => {
      const store = world.open();
      await newSession(store);
      expect(await warningsOf(() => store.ready())).toEqual(NO_TTL_INDEX);
    });

    test('ready warns once, however often a probe asks', async () => {
      const store = world.open();
      const probe = async () => {
        for (let times = 0; times < 3; times += 1) await store.ready();
      };
      expect(await warningsOf(probe)).toEqual(NO_TTL_INDEX);
    });

    test('ready reads no session, of which there may be many', async () => {
      const store = world.open();
      await newSession(store);
      const sent = await world.sentBy(() => store.ready());
      expect(sent.map(({ name }) => name)).toEqual(['listIndexes']);
    });

    test('ready warns of an index that would end sessions late', async () => {
      const store = world.open();
      await world.documents.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
      expect(await warningsOf(() => store.ready())).toEqual(NO_TTL_INDEX);
    });

    test('ready gives no warning about the right index', async () => {
      const store = world.open();
      await world.documents.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await world.documents.createIndex(
        { user: 1 },
        { partialFilterExpression: { user: { $exists: true } } },
      );
      expect(await warningsOf(() => store.ready())).toEqual([]);
    });

    test('ready succeeds before the first session creates the collection', async () => {
      const store = world.open();
      expect(await warningsOf(() => store.ready())).toEqual(NO_TTL_INDEX);
    });

    test('closing closes the client of the store, and never a connection of the app', async () => {
      const [store, other] = [world.openAlone(), world.open()];
      const before = openClients();
      const key = await newSession(store, { views: 1 });
      expect(openClients() - before).toBe(ownClients);
      await store.close();
      await store.close();
      expect(openClients()).toBe(before);
      expect(await other.get(key)).toEqual({ views: 1 });
    });

    test('all requests share one client', async () => {
      const store = world.openAlone();
      const before = openClients();
      await Promise.all([store.count(), store.count(), newSession(store)]);
      expect(openClients() - before).toBe(ownClients);
    });

    test('a store that was never used can be closed', async () => {
      await world.openAlone().close();
    });

    test('closing a store only closes its connection', async () => {
      const { Sessions } = world.modules.sessions;
      const calls: string[] = [];
      const connection = {
        collection: () => Promise.reject(new Error('not asked for')),
        close: async () => {
          calls.push('close');
        },
      };
      const store = new Sessions(connection, world.options);
      await store.close();
      expect(calls).toEqual(['close']);
    });

    test('its methods are on the prototype, as ContextStore requires, and it is not a thenable', () => {
      const store = world.open();
      const { prototype } = world.modules.sessions.Sessions;
      for (const name of ['get', 'set', 'destroy'] as const) expect(prototype[name]).toBeTypeOf('function');
      expect('then' in store).toBe(false);
      expect(Object.keys(store)).toEqual([]);
    });

    test('an operation fails after the time limit of the store', async () => {
      const { Sessions } = world.modules.sessions;
      const silent = { collection: () => new Promise<never>(() => {}), close: async () => {} };
      const store = new Sessions(silent, { ...world.options, timeout: 20 });
      await expect(store.get(newKey())).rejects.toMatchObject({ code: 'TIMEOUT' });
    });
  });
}
