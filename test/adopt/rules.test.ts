import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { GeneratedStore } from '../support/generated.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { DAY, HOUR, LAYOUTS, OLD_LIFETIME } from './left-behind.ts';
import { startNewApp } from './new-app.ts';

const { url } = useDatabase();
const client = new MongoClient(url);
const sent: string[] = [];
afterAll(() => client.close());

const db: Db = client.db();
const old: Collection<Document> = db.collection('sessions');
const ours = db.collection<{ _id: string } & Document>('koa_sessions');
const own = { version: { $exists: true } };
const ago = (ms: number) => new Date(Date.now() - ms);

// As after the migration. mongod under Wine may not answer upserts that create a collection at the same time.
beforeAll(() => db.createCollection('koa_sessions'));
beforeEach(async () => {
  await Promise.all([old.deleteMany({}), ours.deleteMany({})]);
});

describe.each(LAYOUTS)(
  'of $settings.adopt.store',
  ({ settings, key, document, index, expireAfterSeconds }) => {
    const leave = (name: string, data: object, writtenAt: Date) =>
      old.insertOne(document(name, data, writtenAt));
    beforeAll(() => old.createIndex(index, { expireAfterSeconds }));
    // Not before each test: on a real server, that takes longer than the test.
    afterAll(() => old.drop());

    test('a session keeps the remaining lifetime that it has in the old store', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const { store } = await startNewApp(db, settings);
      expect(await store.load(key('a'))).toEqual({ userId: 7 });
      const [session] = await ours.find(own).toArray();
      expect(Math.abs(Number(session?.expiresAt) - (Date.now() + OLD_LIFETIME - DAY))).toBeLessThan(60_000);
      expect(session?.cookie._expire).toBe(Number(session?.expiresAt));
    });

    test('an expired session is not taken over, even if it is still in the old collection', async () => {
      await leave('a', { userId: 7 }, ago(OLD_LIFETIME + HOUR));
      const { store } = await startNewApp(db, settings);
      expect(await store.load(key('a'))).toBeUndefined();
      expect(await ours.countDocuments()).toBe(0);
    });

    test('a session is taken over once: after it ends here, it does not come back', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const { store } = await startNewApp(db, settings);
      await store.load(key('a'));
      // As the TTL index or a list of devices does.
      await ours.deleteOne(own);
      expect(await store.load(key('a'))).toBeUndefined();
      expect(await old.countDocuments()).toBe(1);
    });

    test('many concurrent requests in two processes take a session over once, and all of them get it', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const apps = await Promise.all([startNewApp(db, settings), startNewApp(db, settings)]);
      const loads = apps.flatMap(({ store }) => Array.from({ length: 25 }, () => store.load(key('a'))));
      expect(new Set((await Promise.all(loads)).map((payload) => JSON.stringify(payload)))).toEqual(
        new Set(['{"userId":7}']),
      );
      expect(await ours.find(own).toArray()).toMatchObject([{ version: 1 }]);
    });

    test('destroyByUser also ends sessions that were not taken over yet, but no later login', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      await leave('b', { userId: 8 }, ago(DAY));
      await leave('c', { views: 1 }, ago(DAY));
      const { store } = await startNewApp(db, { ...settings, userKey: 'userId' });
      await store.destroyByUser(7);
      await leave('d', { userId: 7 }, ago(-2000));
      expect(await store.load(key('a'))).toBeUndefined();
      expect(await store.load(key('b'))).toEqual({ userId: 8 });
      expect(await store.load(key('c'))).toEqual({ views: 1 });
      expect(await store.load(key('d'))).toEqual({ userId: 7 });
      expect(await old.countDocuments()).toBe(4);
    });

    test('clear() also ends sessions that were not taken over yet', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      await leave('b', { userId: 8 }, ago(DAY));
      const { store } = await startNewApp(db, settings);
      await store.load(key('a'));
      await store.clear();
      expect(await store.load(key('a'))).toBeUndefined();
      expect(await store.load(key('b'))).toBeUndefined();
    });

    test('a session that is taken over is encrypted, listed under its user, and ends at the absolute lifetime', async () => {
      await leave('a', { userId: 7, secret: 'pass phrase' }, ago(DAY));
      await leave('b', { userId: 7 }, ago(3 * DAY));
      const options = { userKey: 'userId', encrypt: true, absoluteTtl: (2 * DAY) / 1000, ttl: DAY / 1000 };
      const { store } = await startNewApp(db, { ...settings, ...options });
      expect(await store.load(key('a'))).toEqual({ userId: 7, secret: 'pass phrase' });
      expect(await store.load(key('b'))).toBeUndefined();
      expect(await store.listByUser(7)).toMatchObject([{ payload: { secret: 'pass phrase' } }]);
      const [session] = await ours.find(own).toArray();
      expect(JSON.stringify(session)).not.toContain('pass phrase');
      expect(Number(session?.expiresAt) - Number(session?.createdAt)).toBe(2 * DAY);
    });

    test('notes do not count as sessions, and each of them expires', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const { store } = await startNewApp(db, { ...settings, userKey: 'userId' });
      await store.load(key('a'));
      await store.destroyByUser(9);
      expect(await store.count()).toBe(1);
      const notes = await ours.find({ version: { $exists: false } }).toArray();
      expect(notes.map(({ _id }) => _id.split(':')[0]).sort()).toEqual(['adopted', 'ended']);
      for (const { expiresAt } of notes) expect(expiresAt).toBeInstanceOf(Date);
    });

    test('a takeover costs one additional read, and only for a session that is not in the new collection', async () => {
      const watched = new MongoClient(url, { monitorCommands: true });
      watched.on('commandStarted', ({ commandName, command }) =>
        sent.push(`${commandName} ${command[commandName]}`),
      );
      const { store } = await startNewApp(watched.db(), settings);
      await store.set(key('a'), { views: 1 });
      await leave('b', { userId: 7 }, ago(DAY));
      await store.load(key('b'));
      sent.length = 0;
      await store.load(key('a'));
      await store.load(key('b'));
      expect(sent.splice(0)).toEqual(['find koa_sessions', 'find koa_sessions']);
      await store.load(key('nobody'));
      expect(sent.splice(0)).toEqual(['find koa_sessions', 'find sessions']);
      await watched.close();
    });

    test('a takeover makes seven calls, and only the first one also reads the old lifetime', async () => {
      const watched = new MongoClient(url, { monitorCommands: true });
      const { store } = await startNewApp(watched.db(), settings);
      await leave('a', { userId: 7 }, ago(DAY));
      await leave('b', { userId: 8 }, ago(DAY));
      await store.load(key('a'));
      const calls: string[] = [];
      watched.on('commandStarted', ({ commandName, command }) =>
        calls.push(`${commandName} ${command[commandName]}`),
      );
      expect(await store.load(key('b'))).toEqual({ userId: 8 });
      expect(calls.sort()).toEqual([
        ...Array.from({ length: 3 }, () => 'find koa_sessions'),
        ...Array.from({ length: 2 }, () => 'find sessions'),
        ...Array.from({ length: 2 }, () => 'update koa_sessions'),
      ]);
      await watched.close();
    });

    test('the request that takes a session over gets what later requests get', async () => {
      await leave('a', { userId: 7, list: [1, { two: null }] }, ago(DAY));
      const { store } = await startNewApp(db, { ...settings, encrypt: true });
      const taken = await store.get(key('a'));
      expect(taken).toMatchObject({ userId: 7, list: [1, { two: null }] });
      expect(await store.get(key('a'))).toEqual(taken);
    });

    test('a session that was ended before is never stored, not even for a moment', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const watched = new MongoClient(url, { monitorCommands: true });
      const { store } = await startNewApp(watched.db(), settings);
      await store.clear();
      watched.on('commandStarted', ({ commandName }) => sent.push(commandName));
      expect(await store.load(key('a'))).toBeUndefined();
      expect(sent.splice(0)).not.toContain('update');
      await watched.close();
    });

    test('an invalid key finds nothing and ends nothing', async () => {
      await leave('a', { userId: 7 }, ago(DAY));
      const { store } = await startNewApp(db, settings);
      for (const bad of [{ $ne: null }, ['a'], '', '\ud800', 'x'.repeat(20_000)] as string[]) {
        expect(await store.get(bad)).toBeUndefined();
        await store.destroy(bad);
      }
      expect(await old.countDocuments()).toBe(1);
    });
  },
);

const at = ago(DAY);
const [mongo, mongoose, mongoose1, generic] = LAYOUTS;

test.each([
  { of: mongo, damage: { blob: '{"userId":' } },
  { of: mongo, damage: { blob: 'null' } },
  { of: mongo, damage: { blob: '[1]' } },
  { of: mongo, damage: { blob: '"text"' } },
  { of: mongo, damage: { blob: { userId: 7 } } },
  { of: mongo, damage: { blob: undefined } },
  { of: mongo, damage: { updatedAt: at.toISOString() } },
  { of: mongo, damage: { updatedAt: undefined } },
  { of: mongo, damage: { updatedAt: null } },
  { of: mongo, damage: { updatedAt: [at] } },
  { of: mongoose, damage: { data: null } },
  { of: mongoose, damage: { data: 'text' } },
  { of: mongoose, damage: { data: [1] } },
  { of: mongoose, damage: { data: undefined } },
  { of: mongoose, damage: { data: { userId: 7, _expire: Date.now() - 1 } } },
  { of: mongoose, damage: { updatedAt: 7 } },
  { of: mongoose1, damage: { blob: '{' } },
  { of: mongoose1, damage: { blob: 'null' } },
  { of: mongoose1, damage: { updatedAt: 'yesterday' } },
  { of: generic, damage: { ttl: undefined } },
  { of: generic, damage: { ttl: String(at) } },
  { of: generic, damage: { ttl: ago(1) } },
])('$of.settings.adopt.store: a document with $damage is ignored and not changed', async ({ of, damage }) => {
  if (!of) throw new Error('no such layout');
  const left = Object.entries({ ...of.document('a', { userId: 7 }, at), ...damage });
  await old.insertOne(Object.fromEntries(left.filter(([, value]) => value !== undefined)));
  const before = await old.find().toArray();
  const { store } = await startNewApp(db, of.settings);
  expect(await store.get(of.key('a'))).toBeUndefined();
  expect(await ours.countDocuments()).toBe(0);
  expect(await old.find().toArray()).toEqual(before);
});

test.each([
  { onConcurrentWrite: 'merge', left: { userId: 8, cart: 1, views: 1 } },
  { onConcurrentWrite: 'overwrite', left: { userId: 7, cart: 1, views: 1 } },
  { onConcurrentWrite: 'throw', left: { userId: 8, cart: 1 }, fails: 'CONCURRENT_WRITE' },
] as const)(
  '$onConcurrentWrite: the changes of two requests that take a session over at once follow the policy',
  async ({ onConcurrentWrite, left, ...expected }) => {
    if (!mongoose) throw new Error('no such layout');
    await old.insertOne(mongoose.document('a', { userId: 7, cart: 1 }, at));
    const { store } = await startNewApp(db, { ...mongoose.settings, onConcurrentWrite });
    const [one, other] = [{}, {}];
    const [first, second] = await Promise.all([one, other].map((ctx) => store.get('a', HOUR, { ctx })));
    await store.set('a', { ...first, userId: 8 }, HOUR, { ctx: one });
    const late = store.set('a', { ...second, views: 1 }, HOUR, { ctx: other });
    const code = await late.then(
      () => undefined,
      (error) => error.code,
    );
    expect(code).toBe('fails' in expected ? expected.fails : undefined);
    expect(await store.load('a')).toEqual(left);
  },
);

test.each<{ what: string; end: (store: GeneratedStore) => Promise<void>; writes: string[] }>([
  {
    what: 'a logout',
    end: (store) => store.destroy('a'),
    writes: ['delete in sessions', 'delete in koa_sessions'],
  },
  {
    what: 'destroyByUser()',
    end: (store) => store.destroyByUser(7),
    writes: ['update in koa_sessions', 'delete in koa_sessions'],
  },
  { what: 'clear()', end: (store) => store.clear(), writes: ['update in koa_sessions'] },
])(
  '$what of old sessions is acknowledged by a majority, with any write concern of the connection',
  async ({ end, writes }) => {
    if (!mongoose) throw new Error('no such layout');
    const watched = new MongoClient(url, { monitorCommands: true, writeConcern: { w: 1 } });
    const sent: unknown[] = [];
    watched.on('commandStarted', ({ commandName, command: { [commandName]: collection, writeConcern } }) => {
      if (commandName !== 'endSessions' && writeConcern)
        sent.push([`${commandName} in ${collection}`, writeConcern]);
    });
    await old.insertOne(mongoose.document('a', { userId: 7 }, at));
    const { store } = await startNewApp(watched.db(), { ...mongoose.settings, userKey: 'userId' });
    await end(store);
    await watched.close();
    expect(sent).toEqual(writes.map((write) => [write, { w: 'majority' }]));
  },
);

test('a session whose takeover failed without a majority does not come back after its end', async () => {
  if (!mongoose) throw new Error('no such layout');
  await old.insertOne(mongoose.document('a', { userId: 7 }, at));
  /** A primary stores what it then reports as failed. */
  const withoutMajority = (collection: Collection) => {
    const updateOne: Collection['updateOne'] = async (filter, update, options) => {
      await db.collection(collection.collectionName).updateOne(filter, update, options);
      throw Object.assign(new Error('waiting for replication timed out'), { code: 64 });
    };
    return Object.assign(collection, { updateOne });
  };
  const collection: Db['collection'] = (name, options) =>
    withoutMajority(db.collection(name, options)) as never;
  const options = { ...mongoose.settings, userKey: 'userId' };
  const { store: failing } = await startNewApp({ collection } as Db, options);
  await expect(failing.load('a')).rejects.toThrow('code 64');
  const { store } = await startNewApp(db, options);
  expect(await store.load('a')).toEqual({ userId: 7 });
  const [device] = await store.listByUser(7);
  await store.destroyById(7, String(device?.id));
  expect(await store.load('a')).toBeUndefined();
});

test('a wrong id, which a request has sent, leaves no note', async () => {
  if (!mongoose) throw new Error('no such layout');
  await old.insertOne(mongoose.document('a', { userId: 7 }, at));
  const { store } = await startNewApp(db, { ...mongoose.settings, userKey: 'userId' });
  expect(await store.load('a')).toEqual({ userId: 7 });
  const [device] = await store.listByUser(7);
  const before = await ours.find().toArray();
  await store.destroyById(7, 'a wrong one');
  await store.destroyById(8, String(device?.id));
  expect(await ours.find().toArray()).toEqual(before);
});

test('destroyByUser at a server with a slow clock brings back nothing that it has ended at another one', async () => {
  if (!mongoose) throw new Error('no such layout');
  onTestFinished(() => void vi.useRealTimers());
  await old.insertOne(mongoose.document('a', { userId: 7 }, ago(HOUR)));
  const { store } = await startNewApp(db, { ...mongoose.settings, userKey: 'userId' });
  await store.destroyByUser(7);
  vi.useFakeTimers({ toFake: ['Date'], now: ago(2 * HOUR) });
  await store.destroyByUser(7);
  vi.useRealTimers();
  expect(await store.load('a')).toBeUndefined();
});

test.each(LAYOUTS)(
  'without access to the sessions of $settings.adopt.store, the app is not ready',
  async ({ settings }) => {
    const refused = {
      findOne: () => Promise.reject(Object.assign(new Error('not authorized'), { code: 13 })),
    };
    const collection: Db['collection'] = (name, options) =>
      name === 'sessions' ? (refused as never) : db.collection(name, options);
    const { store } = await startNewApp({ collection } as Db, settings);
    await expect(store.ready()).rejects.toThrow('code 13');
  },
);

test('a session keeps its own lifetime, and a browser session stays one', async () => {
  if (!mongoose) throw new Error('no such layout');
  const end = Date.now() + HOUR;
  await old.insertOne(mongoose.document('a', { views: 1, _expire: end, _maxAge: 2 * HOUR }, at));
  await old.insertOne(mongoose.document('b', { views: 2, _session: true }, at));
  const { store } = await startNewApp(db, mongoose.settings);
  expect(await store.get('a')).toEqual({ views: 1, _expire: end, _maxAge: 2 * HOUR });
  expect(await store.get('b')).toEqual({ views: 2, _session: true });
});

test.each([
  { of: mongoose1, fields: { blob: JSON.stringify({ views: 1, cookie: { maxage: HOUR } }) } },
  { of: generic, fields: { views: 1, cookie: { maxage: HOUR } } },
])(
  '$of.settings.adopt.store: the lifetime is also read as koa-generic-session before 1.11.5 wrote it',
  async ({ of, fields }) => {
    if (!of) throw new Error('no such layout');
    await old.insertOne({ ...of.document('a', {}, at), ...fields });
    const { store } = await startNewApp(db, of.settings);
    expect(await store.get('a')).toEqual({ views: 1, _maxAge: HOUR, _expire: expect.any(Number) });
  },
);

test('a session without a lifetime of its own keeps that of the old index when it is renewed', async () => {
  if (!mongo) throw new Error('no such layout');
  await old.createIndex(mongo.index, { expireAfterSeconds: (3 * DAY) / 1000 });
  onTestFinished(() => old.drop().then(() => {}));
  await old.insertOne(mongo.document('a', { views: 1 }, at));
  const { store } = await startNewApp(db, mongo.settings);
  expect(await store.get(mongo.key('a'))).toMatchObject({ views: 1, _maxAge: 3 * DAY });
});

test('the lifetime is that of the TTL index, whatever other indexes are on the same date', async () => {
  if (!mongo) throw new Error('no such layout');
  onTestFinished(() => old.drop().then(() => {}));
  await old.createIndex({ updatedAt: -1 });
  await old.createIndex(mongo.index, { expireAfterSeconds: (3 * DAY) / 1000 });
  await old.insertOne(mongo.document('a', { views: 1 }, at));
  await old.insertOne(mongo.document('b', { views: 1 }, ago(4 * DAY)));
  const { store } = await startNewApp(db, mongo.settings);
  expect(await store.get(mongo.key('a'))).toMatchObject({ _maxAge: 3 * DAY });
  expect(await store.get(mongo.key('b'))).toBeUndefined();
});

test('property names with a meaning in MongoDB or JavaScript are kept like any other', async () => {
  if (!mongo) throw new Error('no such layout');
  const blob = '{"$set":{"a.b":1},"__proto__":{"isAdmin":true},"toString":"text"}';
  await old.insertOne({ ...mongo.document('a', {}, at), blob });
  const { store } = await startNewApp(db, mongo.settings);
  const session = await store.load(mongo.key('a'));
  expect(session).toEqual({ $set: { 'a.b': 1 }, toString: 'text' });
  expect(Object.getPrototypeOf(session)).toBe(Object.prototype);
});
