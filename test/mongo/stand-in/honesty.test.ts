import { Long, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StandIn } from '../../support/mongo/stand-in/server.ts';
import { fails, type Step, step } from '../conformance/row.ts';
import { runSteps } from '../conformance/run.ts';

let standIn: StandIn;
let client: MongoClient;

beforeAll(async () => {
  standIn = await StandIn.start({ replicaSet: 'rs0' });
  client = await MongoClient.connect(`mongodb://127.0.0.1:${standIn.port}/?replicaSet=rs0`);
  await client
    .db('honesty')
    .collection('things')
    .insertOne({ list: [1] });
});
afterAll(async () => {
  await client.close();
  await standIn.close();
});

const refused = fails(9, 'FailedToParse');
const find = (more: object) => step({ find: 'things', ...more }, refused);
const aggregate = (stage: object) => step({ aggregate: 'things', cursor: {}, pipeline: [stage] }, refused);
const index = (more: object) =>
  step({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a', ...more }] }, refused);
const update = (statement: object) =>
  step(
    { update: 'things', updates: [{ q: {}, u: { $set: { a: 1 } }, ...statement }] },
    { reply: { n: 0, writeErrors: [{ code: 9, errmsg: expect.stringContaining('does not implement') }] } },
  );

const known: [what: string, ...Step[]][] = [
  [
    'a transaction',
    step(
      { insert: 'things', documents: [{}], txnNumber: Long.ONE, autocommit: false, startTransaction: true },
      refused,
    ),
  ],
  ['a collation', find({ collation: { locale: 'de' } })],
  ['a tailable cursor', find({ tailable: true })],
  ['snapshot reads', find({ readConcern: { level: 'snapshot' } })],
  ['a computed projection', find({ projection: { a: { $add: [1, 2] } } })],
  ['a positional projection', find({ projection: { 'list.$': 1 } })],
  ['$where', find({ filter: { $where: 'true' } })],
  ['$jsonSchema', find({ filter: { $jsonSchema: {} } })],
  ['$lookup', aggregate({ $lookup: { from: 'b', localField: 'a', foreignField: 'b', as: 'c' } })],
  ['$merge', aggregate({ $merge: 'other' })],
  ['$out', aggregate({ $out: 'other' })],
  ['array filters', update({ u: { $set: { 'list.$[x]': 1 } }, arrayFilters: [{ x: 1 }] })],
  ['a positional update', update({ q: { list: 1 }, u: { $set: { 'list.$': 2 } } })],
  ['$bit', update({ u: { $bit: { a: { and: 1 } } } })],
  ['a sorted $push', update({ u: { $push: { list: { $each: [1], $sort: 1 } } } })],
  ['a text index', index({ key: { a: 'text' } })],
  ['a wildcard index', index({ key: { '$**': 1 } })],
  ['a unique index with a collation', index({ unique: true, collation: { locale: 'de' } })],
  ['a capped collection', step({ create: 'capped', capped: true, size: 100 }, refused)],
  ['a validator', step({ collMod: 'things', validator: {} }, refused)],
  ['the strict API', step({ find: 'things', apiVersion: '1', apiStrict: true }, refused)],
];

const unknown: [what: string, ...Step[]][] = [
  ['explain', step({ explain: { find: 'things' } }, fails(59, 'CommandNotFound'))],
  ['validate', step({ validate: 'things' }, fails(59, 'CommandNotFound'))],
];

describe('a feature that the stand-in does not implement is an error in MongoDB’s format', () => {
  test.each([...known, ...unknown])('%s', async (_, ...steps) => {
    await runSteps(client.db('honesty'), steps);
  });
});

test('the stand-in identifies itself as one', async () => {
  expect(await client.db('admin').command({ buildInfo: 1 })).toMatchObject({ modules: ['stand-in'] });
});
