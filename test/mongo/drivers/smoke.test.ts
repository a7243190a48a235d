import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { startServer, useDatabase } from '../../support/mongo/index.ts';

const database = useDatabase();

test('a document comes back as it was stored', async () => {
  const client = await MongoClient.connect(database.url);
  const c = client.db().collection<{ _id: number; [field: string]: unknown }>('things');
  await c.insertOne({ _id: 1, a: 'x', d: new Date(5), b: Buffer.from([1, 2]), n: { x: 1.5 } });
  expect(await c.findOne({ _id: 1 }, { promoteBuffers: true })).toEqual({
    _id: 1,
    a: 'x',
    d: new Date(5),
    b: Buffer.from([1, 2]),
    n: { x: 1.5 },
  });
  await expect(c.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
  expect(await c.updateOne({ _id: 1 }, { $set: { 'n.y': 2 }, $inc: { v: 1 } })).toMatchObject({
    modifiedCount: 1,
    matchedCount: 1,
  });
  expect(
    await c.updateOne({ _id: 2, k: 'a' }, { $set: { z: 2 }, $setOnInsert: { q: 1 } }, { upsert: true }),
  ).toMatchObject({ upsertedId: 2 });
  expect(await c.find({}).sort({ _id: -1 }).toArray()).toHaveLength(2);
  expect(
    await c.findOneAndUpdate({ _id: 2 }, [{ $set: { t: '$$NOW', lit: { $literal: '$x' } } }], {
      returnDocument: 'after',
    }),
  ).toMatchObject({ lit: '$x' });
  await c.createIndex({ d: 1 }, { expireAfterSeconds: 10, name: 'ttl' });
  expect(await c.indexes()).toMatchObject([{ name: '_id_' }, { name: 'ttl', expireAfterSeconds: 10 }]);
  await expect(c.createIndex({ d: 1 }, { expireAfterSeconds: 20, name: 'ttl' })).rejects.toMatchObject({
    code: 85,
  });
  expect(await c.aggregate([{ $group: { _id: null, n: { $sum: 1 } } }]).toArray()).toEqual([
    { _id: null, n: 2 },
  ]);
  expect(await c.deleteMany({})).toMatchObject({ deletedCount: 2 });
  await client.close();
});

test.each([
  {},
  { auth: { username: 'ann@x', password: 'p:/w' } },
  { tls: true },
  { replicaSet: true },
  { auth: { username: 'a', password: 'b' }, tls: true, replicaSet: true },
])('own server %j', async (options) => {
  const server = await startServer(options);
  const client = await MongoClient.connect(server.url);
  await client.db('x').collection('y').insertOne({ a: 1 });
  await server.pause();
  await server.resume();
  expect(await client.db('x').collection('y').countDocuments()).toBe(1);
  await server.failCommand({ failCommands: ['find'], errorCode: 8000 });
  await expect(client.db('x').collection('y').findOne()).rejects.toMatchObject({ code: 8000 });
  await client.close();
  await server.stop();
});
