import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Gate } from '../store/concurrency/gate.ts';
import type { GeneratedStore } from '../support/generated.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { samplePairs } from '../support/sampling.ts';
import { DAY, LAYOUTS } from './left-behind.ts';
import { startNewApp } from './new-app.ts';

const { url } = useDatabase();
const client = new MongoClient(url);
afterAll(() => client.close());

const db: Db = client.db();
const old: Collection<Document> = db.collection('sessions');
const ours = db.collection<{ _id: string } & Document>('koa_sessions');
const own = { version: { $exists: true } };

beforeEach(async () => {
  await Promise.all([db.dropCollection('sessions'), db.dropCollection('koa_sessions')]);
  // As after the migration. mongod under Wine may not answer an upsert when two of them create a collection at once.
  await db.createCollection('koa_sessions');
});

const CALLS = ['findOne', 'updateOne', 'deleteOne', 'listIndexes'];

/** The database, with a stop before the call with this number, counted from 0. */
function stoppingAt(call: number, gate: Gate) {
  let calls = 0;
  const isStop = () => calls++ === call;
  const stopping = (collection: Collection) =>
    new Proxy(collection, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (!CALLS.includes(String(name))) return method;
        if (name === 'listIndexes') {
          return () => ({
            toArray: async () => {
              if (isStop()) await gate.pass();
              return target.listIndexes().toArray();
            },
          });
        }
        return async (...args: unknown[]) => {
          if (isStop()) await gate.pass();
          return Reflect.apply(method, target, args);
        };
      },
    });
  return {
    database: { collection: (name: string) => stopping(db.collection(name)) } as unknown as Db,
    calls: () => calls,
  };
}

const ENDS: Record<string, (store: GeneratedStore, key: string) => Promise<unknown>> = {
  'a logout': async (store, key) => {
    await store.get(key);
    await store.destroy(key);
  },
  'a destroy() without a get()': (store, key) => store.destroy(key),
  'destroyByUser()': (store) => store.destroyByUser(7),
  'clear()': (store) => store.clear(),
  'a logout from a list of devices, after the takeover': async (store, key) => {
    await store.get(key);
    await ours.deleteOne(own);
  },
  'a logout in the old app': () => old.deleteMany({}),
};

/** More calls than a takeover makes. In the cases beyond, nothing stops, and the session ends after the takeover. */
const STOPS = Array.from({ length: 11 }, (_, call) => call);

const CASES = samplePairs(LAYOUTS, Object.keys(ENDS)).map(([layout, end]) => ({ ...layout, end }));

describe.each(CASES)(
  'of $settings.adopt.store',
  ({ settings, key, document, index, expireAfterSeconds, end }) => {
    beforeEach(async () => {
      await old.createIndex(index, { expireAfterSeconds });
      await old.insertOne(document('a', { userId: 7 }, new Date(Date.now() - DAY)));
    });

    test(`${end} is final at any point of a concurrent takeover`, async () => {
      const options = { ...settings, userKey: 'userId' };
      const { store } = await startNewApp(db, options);
      for (const call of STOPS) {
        await Promise.all([ours.deleteMany({}), old.deleteMany({})]);
        await old.insertOne(document('a', { userId: 7 }, new Date(Date.now() - DAY)));
        const gate = new Gate();
        const { database } = stoppingAt(call, gate);
        const slow = await startNewApp(database, options);
        const takeover = slow.store.load(key('a'));
        await Promise.race([gate.arrived, takeover]);
        await ENDS[end]?.(store, key('a'));
        gate.open();
        await takeover;
        const isTakenOverBefore = end === 'a logout in the old app' && (await ours.countDocuments(own)) === 1;
        if (isTakenOverBefore) continue;
        expect({ call, session: await store.load(key('a')) }).toEqual({ call, session: undefined });
        expect({ call, left: await ours.countDocuments(own) }).toEqual({ call, left: 0 });
      }
    });
  },
);
