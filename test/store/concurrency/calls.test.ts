import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import {
  ALL_OPTIONS,
  FEATURES,
  type GeneratedModules,
  loadGenerated,
  PLAIN,
} from '../../support/generated.ts';
import { useDatabase } from '../../support/mongo/index.ts';
import { fc, runs } from '../../support/sampling.ts';

process.env.MONGODB_URL = useDatabase().url;

const TTL = ALL_OPTIONS.ttl;

type Collection = Awaited<ReturnType<ReturnType<GeneratedModules['connection']['connect']>['collection']>>;

/** A collection whose calls run in the order that the scheduler chooses. */
const schedule = (scheduler: fc.Scheduler, collection: Collection): Collection => ({
  ...collection,
  findOne: scheduler.scheduleFunction((...args: Parameters<Collection['findOne']>) =>
    collection.findOne(...args),
  ),
  updateOne: scheduler.scheduleFunction((...args: Parameters<Collection['updateOne']>) =>
    collection.updateOne(...args),
  ),
  deleteOne: scheduler.scheduleFunction((...args: Parameters<Collection['deleteOne']>) =>
    collection.deleteOne(...args),
  ),
});

const change = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3), {
  minKeys: 1,
  noNullPrototype: true,
});

test.each([
  ['plain', FEATURES.plain],
  ['all', FEATURES.all],
])('%s: several writes lose nothing, with any order of their database calls', async (_name, features) => {
  const { connection, sessions: module } = await loadGenerated({ ...PLAIN, ...features });
  const opened = connection.connect();
  afterAll(() => opened.close());
  const collection = await opened.collection();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(change, { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      async (scheduler, changes, isLogout) => {
        const key = randomBytes(16).toString('hex');
        const direct = new module.Sessions(opened, ALL_OPTIONS);
        const scheduled = new module.Sessions(
          { collection: async () => schedule(scheduler, collection), close: async () => {} },
          ALL_OPTIONS,
        );
        await direct.set(key, { a: 'as it was', z: 'kept' });
        const write = async (changed: object) => {
          const ctx = {};
          const session = await scheduled.get(key, TTL, { ctx });
          if (session) await scheduled.set(key, { ...session, ...changed }, TTL, { ctx });
        };
        const work = changes.map(write);
        if (isLogout) work.push(scheduled.destroy(key));
        await scheduler.waitFor(Promise.all(work));

        const left = await direct.load(key);
        if (isLogout) {
          expect(left).toBeUndefined();
          return;
        }
        const wanted = (name: string) => changes.flatMap((changed) => changed[name] ?? []);
        expect(left?.z).toBe('kept');
        for (const name of ['a', 'b', 'c', 'd']) {
          const values = wanted(name);
          expect(values.length > 0 ? values : [name === 'a' ? 'as it was' : undefined]).toContain(
            left?.[name],
          );
        }
      },
    ),
    { numRuns: runs(150) },
  );
});

test.each(['merge', 'overwrite', 'throw'] as const)(
  '%s: a save() that the app does not await is neither lost nor in the way of the next one',
  async (onConcurrentWrite) => {
    const { connection, sessions: module } = await loadGenerated({ ...PLAIN, onConcurrentWrite });
    const opened = connection.connect();
    afterAll(() => opened.close());
    const collection = await opened.collection();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, isNew) => {
        const key = randomBytes(16).toString('hex');
        const direct = new module.Sessions(opened, ALL_OPTIONS);
        const ctx = {};
        if (!isNew) await direct.set(key, { a: 0 });
        const scheduled = new module.Sessions(
          { collection: async () => schedule(scheduler, collection), close: async () => {} },
          ALL_OPTIONS,
        );
        await scheduler.waitFor(scheduled.get(key, TTL, { ctx }));
        const saves = [{ a: 1 }, { a: 1, b: 2 }, { b: 3 }].map((session) =>
          scheduled.set(key, session, TTL, { ctx }),
        );
        await scheduler.waitFor(Promise.all(saves));
        expect(await direct.load(key)).toEqual({ b: 3 });
      }),
      { numRuns: runs(100) },
    );
  },
);
