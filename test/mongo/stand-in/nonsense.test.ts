import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StandIn } from '../../support/mongo/stand-in/server.ts';
import { fc, runs } from '../../support/sampling.ts';

/** The code with which the stand-in reports an internal error. */
const OWN_FAILURE = 8;

const COMMANDS =
  'find insert update delete aggregate createIndexes collMod getMore hello count distinct findAndModify killCursors dropIndexes endSessions listCollections create configureFailPoint';
const FIELDS =
  'filter documents updates deletes pipeline cursor indexes index collection sort query update key cursors projection limit hint let lsid writeConcern readConcern $readPreference comment mode data';
const OPERATORS =
  'a b a.b _id $and $or $not $eq $gt $in $exists $type $size $mod $all $elemMatch $regex $expr $set $unset $inc $max $rename $push $pull $addToSet $currentDate $each $literal $add $subtract $cond $ifNull $mergeObjects $toDate $match $group $project $sort $unwind $replaceWith';

const words = (text: string) => fc.constantFrom(...text.split(' '));

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, 1, -1, 1.5, '', 'a', '$a', '$$NOW', '$$x', new Date(0), /a/),
  fc.jsonValue({ maxDepth: 1 }),
);
const { operators } = fc.letrec<{ operators: unknown }>((tie) => ({
  operators: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.dictionary(words(OPERATORS), tie('operators'), { minKeys: 1, maxKeys: 2 }),
    fc.array(tie('operators'), { maxLength: 2 }),
  ),
}));

let standIn: StandIn;
let client: MongoClient;

beforeAll(async () => {
  standIn = await StandIn.start();
  client = await MongoClient.connect(`mongodb://127.0.0.1:${standIn.port}/`);
  await client
    .db('nonsense')
    .collection<{ _id: unknown; a: unknown; b?: unknown }>('things')
    .insertMany([
      { _id: 1, a: 1 },
      { _id: 'x', a: { b: [1, null, 'x'] } },
      { _id: 3, a: [new Date(0), { b: 2 }], b: true },
    ]);
});
afterAll(async () => {
  await client.close();
  await standIn.close();
});

async function isAnswered(command: Document): Promise<void> {
  const reply = await client
    .db('nonsense')
    .command(command)
    .catch((error) => error.errorResponse);
  expect(reply).toHaveProperty('ok');
  expect(reply.code === OWN_FAILURE ? reply.errmsg : '').toBe('');
}

test('any command with any fields gets a reply', async () => {
  const command = fc
    .tuple(words(COMMANDS), fc.jsonValue(), fc.dictionary(words(FIELDS), fc.jsonValue()))
    .map(([name, value, fields]) => ({ [name]: value, ...fields }));
  await fc.assert(fc.asyncProperty(command, isAnswered), { numRuns: runs(500) });
});

const shapes: [name: string, shape: (any: unknown) => Document][] = [
  ['filter', (any) => ({ find: 'things', filter: any })],
  ['sort', (any) => ({ find: 'things', sort: any })],
  ['projection', (any) => ({ find: 'things', projection: any })],
  ['update', (any) => ({ update: 'updated', updates: [{ q: { _id: 1 }, u: any, upsert: true }] })],
  [
    'update of what is there',
    (any) => ({ findAndModify: 'things', query: { a: { $exists: true } }, update: any }),
  ],
  [
    'upsert by a filter',
    (any) => ({ update: 'seeded', updates: [{ q: any, u: { $set: { c: 1 } }, upsert: true }] }),
  ],
  ['delete', (any) => ({ delete: 'deleted', deletes: [{ q: any, limit: 1 }] })],
  ['stage', (any) => ({ aggregate: 'things', cursor: {}, pipeline: [any] })],
  ['expression', (any) => ({ aggregate: 'things', cursor: {}, pipeline: [{ $project: { r: any } }] })],
  [
    'index',
    (any) => ({
      createIndexes: 'indexed',
      indexes: [{ key: { a: 1 }, name: 'a', partialFilterExpression: any }],
    }),
  ],
  ['document', (any) => ({ insert: 'inserted', documents: [any] })],
];

test.each(shapes)('any %s made of operators gets a reply', async (_, shape) => {
  await fc.assert(
    fc.asyncProperty(operators, (any) => isAnswered(shape(any))),
    { numRuns: runs(200) },
  );
});
