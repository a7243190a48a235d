import { setTimeout as sleep } from 'node:timers/promises';
import { Long, MongoClient, UUID } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OwnServer, type Role, type ServerOptions, startServer } from '../support/mongo/index.ts';
import { fails, ok, type Row, step } from './conformance/row.ts';
import { runSteps } from './conformance/run.ts';

interface World {
  server: OwnServer;
  client: MongoClient;
}

/** A server and a client for one describe block. */
function useServer(options: ServerOptions): World {
  const world = {} as World;
  beforeAll(async () => {
    world.server = await startServer(options);
    world.client = await MongoClient.connect(world.server.url);
  });
  afterAll(async () => {
    await world.client.close();
    await world.server.stop();
  });
  return world;
}

describe('a separate server', () => {
  const world = useServer({});

  test('cannot be reached while it pauses, and then still has its data', async () => {
    const things = world.client.db('pause').collection('things');
    await things.insertOne({ kept: true });
    await world.server.pause();
    const other = new MongoClient(world.server.url, { serverSelectionTimeoutMS: 200 });
    await expect(other.connect()).rejects.toThrow('ECONNREFUSED');
    await world.server.resume();
    expect(await things.countDocuments({ kept: true })).toBe(1);
  });

  test('accepts transaction numbers only as a replica set', async () => {
    await runSteps(world.client.db('standalone'), [
      step(
        { insert: 'things', documents: [{ _id: 1 }], lsid: { id: new UUID() }, txnNumber: Long.ONE },
        fails(20, 'IllegalOperation'),
      ),
    ]);
  });

  test('accepts documents of up to 16 MB', async () => {
    const things = world.client.db('size').collection<{ _id: number; text: string }>('things');
    await things.insertOne({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024 - 100) });
    await expect(things.updateOne({ _id: 1 }, { $set: { more: 'x'.repeat(200) } })).rejects.toMatchObject({
      code: 17419,
    });
  });

  test('returns results in batches, until all are read or the cursor is killed', async () => {
    const things = world.client.db('batches').collection<{ _id: number }>('things');
    await things.insertMany(Array.from({ length: 250 }, (_, index) => ({ _id: index })));
    const read = await things.find({}, { sort: { _id: 1 }, batchSize: 100 }).toArray();
    expect(read.map(({ _id }) => _id)).toEqual(Array.from({ length: 250 }, (_, index) => index));
    const cursor = things.find({}, { batchSize: 2 });
    await cursor.next();
    const id = cursor.id;
    await cursor.close();
    await expect(
      world.client.db('batches').command({ getMore: id, collection: 'things' }),
    ).rejects.toMatchObject({ code: 43 });
  });

  test('creates one document for many concurrent upserts of a new _id', async () => {
    const things = world.client.db('upserts').collection<{ _id: string; n: number }>('things');
    const results = await Promise.all(
      Array.from({ length: 100 }, () => things.updateOne({ _id: 'k' }, { $inc: { n: 1 } }, { upsert: true })),
    );
    expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).toHaveLength(1);
    expect(await things.findOne({ _id: 'k' })).toEqual({ _id: 'k', n: 100 });
  });
});

describe('fail points', () => {
  const world = useServer({});
  const find = () => world.client.db('fail').collection('things').findOne();
  afterEach(() => world.server.failCommand({ failCommands: ['find'], mode: 'off' }));

  test('make a command fail the given number of times', async () => {
    await world.server.failCommand({ failCommands: ['find'], errorCode: 8000, mode: { times: 2 } });
    await expect(find()).rejects.toMatchObject({ code: 8000 });
    await expect(find()).rejects.toMatchObject({ code: 8000 });
    expect(await find()).toBeNull();
  });

  test('include the additional fields of an error', async () => {
    const duplicate = { failCommands: ['find'], errorCode: 11000 };
    const errorExtraInfo = { keyPattern: { _id: 1 }, keyValue: { _id: 'a' } };
    await world.server.failCommand({ ...duplicate, errorExtraInfo });
    await expect(find()).rejects.toMatchObject({ code: 11000, errorResponse: errorExtraInfo });
    await world.server.failCommand(duplicate);
    await expect(find()).rejects.toMatchObject({ code: 40671 });
  });

  test('do not affect other commands', async () => {
    await world.server.failCommand({ failCommands: ['insert'], errorCode: 8000, mode: 'alwaysOn' });
    expect(await find()).toBeNull();
  });

  test('skip the first ones', async () => {
    await world.server.failCommand({ failCommands: ['find'], errorCode: 8000, mode: { skip: 1 } });
    expect(await find()).toBeNull();
    await expect(find()).rejects.toMatchObject({ code: 8000 });
  });

  test('can affect a single application', async () => {
    await world.server.failCommand({
      failCommands: ['find'],
      errorCode: 8000,
      appName: 'victim',
      mode: 'alwaysOn',
    });
    expect(await find()).toBeNull();
    const victim = await MongoClient.connect(world.server.url, { appName: 'victim' });
    await expect(victim.db('fail').collection('things').findOne()).rejects.toMatchObject({ code: 8000 });
    await victim.close();
  });

  test('carry error labels', async () => {
    await world.server.failCommand({ failCommands: ['find'], errorCode: 8000, errorLabels: ['Odd'] });
    await expect(find()).rejects.toMatchObject({ errorResponse: { errorLabels: ['Odd'] } });
  });

  test('close the connection instead of answering', async () => {
    const client = await MongoClient.connect(world.server.url, { retryReads: false });
    await world.server.failCommand({ failCommands: ['find'], closeConnection: true });
    await expect(client.db('fail').collection('things').findOne()).rejects.toMatchObject({
      name: 'MongoNetworkError',
    });
    await client.close();
  });

  test('delay a command', async () => {
    await world.server.failCommand({ failCommands: ['find'], blockTimeMS: 5_000 });
    const impatient = await MongoClient.connect(world.server.url, {
      socketTimeoutMS: 100,
      retryReads: false,
    });
    await expect(impatient.db('fail').collection('things').findOne()).rejects.toThrow('timed out');
    await impatient.close();
  });

  test('report a write concern error after a completed write', async () => {
    await world.server.failCommand({
      failCommands: ['insert'],
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
    });
    const things = world.client.db('fail').collection<{ _id: number }>('written');
    await expect(things.insertOne({ _id: 1 })).rejects.toMatchObject({
      errorResponse: { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
    });
    expect(await things.countDocuments()).toBe(1);
  });
});

describe('a replica set', () => {
  const world = useServer({ replicaSet: true });

  /** A separate client, since the test sets transaction numbers that the driver would not. */
  async function inOneSession(steps: Row['steps']): Promise<void> {
    const client = await MongoClient.connect(world.server.url);
    await client
      .withSession((session) => runSteps(client.db('retries'), steps, session))
      .finally(() => client.close());
  }

  const first = { txnNumber: Long.ONE };
  const second = { txnNumber: Long.fromNumber(2) };

  test('performs a retried write once, and returns the same reply', async () => {
    const increment = { update: 'things', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }] };
    await inOneSession([
      step({ ...increment, ...first }, ok({ n: 1, upserted: [{ _id: 1 }] })),
      step({ ...increment, ...first }, ok({ n: 1, upserted: [{ _id: 1 }] })),
      step({ ...increment, ...second }, ok({ n: 1, nModified: 1 })),
      step({ ...increment, ...second }, ok({ n: 1, nModified: 1 })),
      step({ find: 'things' }, ok({ cursor: { firstBatch: [{ _id: 1, n: 2 }] } })),
      step({ ...increment, ...first }, fails(225, 'TransactionTooOld')),
    ]);
  });

  test('performs a retried findAndModify once', async () => {
    const pop = { findAndModify: 'queue', query: {}, sort: { _id: 1 }, remove: true };
    await inOneSession([
      step({ insert: 'queue', documents: [{ _id: 1 }, { _id: 2 }] }),
      step({ ...pop, ...first }, ok({ value: { _id: 1 } })),
      step({ ...pop, ...first }, ok({ value: { _id: 1 } })),
      step({ count: 'queue' }, ok({ n: 1 })),
    ]);
  });

  test('performs only the missing statements of a retried batch', async () => {
    const both = { insert: 'batch', documents: [{ _id: 1 }, { _id: 2 }], ...first };
    await inOneSession([
      step({ insert: 'batch', documents: [{ _id: 2 }] }),
      step(both, ok({ n: 1, writeErrors: [{ index: 1, code: 11000 }] })),
      step({ delete: 'batch', deletes: [{ q: { _id: 2 }, limit: 1 }] }),
      step(both, ok({ n: 2 })),
      step({ count: 'batch' }, ok({ n: 2 })),
    ]);
  });

  test('lets drivers retry a write after a broken connection', async () => {
    const things = world.client.db('retries').collection<{ _id: number }>('broken');
    await world.server.failCommand({ failCommands: ['insert'], closeConnection: true });
    await things.insertOne({ _id: 1 });
    expect(await things.countDocuments()).toBe(1);
  });

  test('labels errors after which a write may be retried', async () => {
    const client = await MongoClient.connect(world.server.url, { retryWrites: false });
    await world.server.failCommand({ failCommands: ['insert'], errorCode: 91 });
    const insert = {
      insert: 'labels',
      documents: [{ _id: 1 }],
      lsid: { id: new UUID() },
      txnNumber: Long.ONE,
    };
    await expect(client.db('retries').command(insert)).rejects.toMatchObject({
      errorResponse: { code: 91, errorLabels: ['RetryableWriteError'] },
    });
    await client.close();
  });

  test('has a primary again after a step-down, and drivers find it', async () => {
    const things = world.client.db('steps').collection<{ _id: number }>('things');
    await things.insertOne({ _id: 1 });
    await world.server.stepDown();
    await things.insertOne({ _id: 2 });
    expect(await things.countDocuments()).toBe(2);
  });
});

describe('the privileges of a role', () => {
  const world = useServer({ auth: { username: 'root', password: 'r' } });
  const readWrite: Role = { role: 'readWrite', db: 'app' };
  const dbAdmin: Role = { role: 'dbAdmin', db: 'app' };
  const unauthorized = fails(13, 'Unauthorized');

  async function as(username: string, roles: Role[], steps: Row['steps'], database = 'app'): Promise<void> {
    const url = await world.server.createUser({ username, password: 'secret', roles });
    const client = await MongoClient.connect(url);
    await runSteps(client.db(database), steps).finally(() => client.close());
  }

  const ttl = { key: { at: 1 }, name: 'at_1', expireAfterSeconds: 60 };
  const collMod = { collMod: 'things', index: { name: 'at_1', expireAfterSeconds: 90 } };

  test('readWrite: everything except collMod, in its own database', async () => {
    await as(
      'writer',
      [readWrite],
      [
        step({ insert: 'things', documents: [{ _id: 1 }] }),
        step({ find: 'things' }),
        step({ update: 'things', updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } } }] }),
        step({ delete: 'things', deletes: [{ q: { _id: 1 }, limit: 1 }] }),
        step({ createIndexes: 'things', indexes: [ttl] }),
        step({ listIndexes: 'things' }),
        step({ listCollections: 1 }),
        step(collMod, unauthorized),
        step({ dropIndexes: 'things', index: 'at_1' }),
        step({ drop: 'things' }),
        step({ dropDatabase: 1 }, unauthorized),
      ],
    );
    await as('stranger', [readWrite], [step({ find: 'things' }, unauthorized)], 'elsewhere');
  });

  test('read: no writes', async () => {
    await as(
      'reader',
      [{ role: 'read', db: 'app' }],
      [
        step({ find: 'things' }),
        step({ insert: 'things', documents: [{ _id: 1 }] }, unauthorized),
        step({ createIndexes: 'things', indexes: [ttl] }, unauthorized),
      ],
    );
  });

  test('dbAdmin: indexes and collMod, no documents', async () => {
    await as(
      'keeper',
      [dbAdmin],
      [
        step({ createIndexes: 'things', indexes: [ttl] }),
        step(collMod),
        step({ find: 'things' }, unauthorized),
        step({ insert: 'things', documents: [{ _id: 1 }] }, unauthorized),
        step({ drop: 'things' }),
      ],
    );
  });

  test('a custom role: one privilege on one collection', async () => {
    await runSteps(world.client.db('app'), [
      step({
        createRole: 'ttlKeeper',
        privileges: [{ resource: { db: 'app', collection: 'things' }, actions: ['collMod'] }],
        roles: [],
      }),
      step({ createIndexes: 'things', indexes: [ttl] }),
    ]);
    await as(
      'single',
      [readWrite, { role: 'ttlKeeper', db: 'app' }],
      [step(collMod), step({ drop: 'things' })],
    );
  });

  test('no role: hello and ping, nothing else', async () => {
    const client = await MongoClient.connect(world.server.url.replace(/\/\/.*@/, '//'));
    await runSteps(client.db('app'), [
      step({ hello: 1 }),
      step({ ping: 1 }),
      step({ find: 'things' }, unauthorized),
      step({ insert: 'things', documents: [{ _id: 1 }] }, unauthorized),
      step({ listCollections: 1 }, unauthorized),
    ]).finally(() => client.close());
  });
});

describe('the TTL monitor', () => {
  const world = useServer({ ttlMonitorSeconds: 1 });
  const past = new Date(Date.now() - 3_600_000);
  const future = new Date(Date.now() + 3_600_000);

  async function passes(): Promise<number> {
    const { metrics } = await world.client.db('admin').command({ serverStatus: 1, wiredTiger: 0 });
    return metrics.ttl.passes;
  }

  /** Two more passes, since the first may have begun before the documents were inserted. */
  async function afterPasses(): Promise<void> {
    for (const start = await passes(); (await passes()) < start + 2; ) await sleep(100);
  }

  test('deletes expired documents, by the earliest date of an array, and ignores values that are not dates', async () => {
    const things = world.client.db('ttl').collection<{ _id: string; at?: unknown; kind?: string }>('things');
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
    await things.insertMany([
      { _id: 'past', at: past },
      { _id: 'future', at: future },
      { _id: 'earliest', at: [future, past] },
      { _id: 'no-date', at: 'long ago' },
      { _id: 'none' },
    ]);
    const partly = world.client.db('ttl').collection<{ _id: string; at: Date; kind: string }>('partly');
    await partly.createIndex({ at: 1 }, { expireAfterSeconds: 60, partialFilterExpression: { kind: 'a' } });
    await partly.insertMany([
      { _id: 'a', at: past, kind: 'a' },
      { _id: 'b', at: past, kind: 'b' },
    ]);
    await afterPasses();
    expect(await things.distinct('_id')).toEqual(['future', 'no-date', 'none']);
    expect(await partly.distinct('_id')).toEqual(['b']);
  });
});
