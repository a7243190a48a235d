import { Binary, Double, Long, ObjectId } from 'mongodb';
import { fails, given, ok, type Row, step } from './row.ts';

const id = new ObjectId('65f000000000000000000001');
const found = (...ids: unknown[]) => ok({ cursor: { firstBatch: ids.map((_id) => ({ _id })), id: 0 } });
const find = (filter: object, ...ids: unknown[]) =>
  step({ find: 'things', filter, projection: { _id: 1 }, sort: { _id: 1 } }, found(...ids));

export const reads: Row[] = [
  {
    name: 'find in a collection that does not exist finds nothing',
    steps: [step({ find: 'things' }, ok({ cursor: { firstBatch: [] } }))],
  },
  {
    name: 'find by equality compares values, not number types',
    steps: [
      given({ _id: 1, n: Long.fromNumber(5) }, { _id: 2, n: new Double(5) }, { _id: 3, n: '5' }),
      find({ n: 5 }, 1, 2),
    ],
  },
  {
    name: 'equality with an embedded document needs the same fields in the same order',
    steps: [
      given({ _id: 1, d: { a: 1, b: 2 } }, { _id: 2, d: { b: 2, a: 1 } }, { _id: 3, d: { a: 1 } }),
      find({ d: { a: 1, b: 2 } }, 1),
    ],
  },
  {
    name: 'equality looks into arrays, by element and as a whole',
    steps: [
      given({ _id: 1, a: [1, 2] }, { _id: 2, a: 1 }, { _id: 3, a: [[1, 2]] }),
      find({ a: 1 }, 1, 2),
      find({ a: [1, 2] }, 1, 3),
    ],
  },
  {
    name: 'equality with null also finds missing fields',
    steps: [
      given({ _id: 1, a: null }, { _id: 2 }, { _id: 3, a: 0 }),
      find({ a: null }, 1, 2),
      find({ a: { $ne: null } }, 3),
    ],
  },
  {
    name: 'comparison matches only values of the same type',
    steps: [
      given(
        { _id: 1, v: 5 },
        { _id: 2, v: '5' },
        { _id: 3, v: new Date(5) },
        { _id: 4, v: null },
        { _id: 5 },
      ),
      find({ v: { $gt: 0 } }, 1),
      find({ v: { $gte: '' } }, 2),
      find({ v: { $lte: new Date(6) } }, 3),
      find({ v: { $lt: 5 } }),
    ],
  },
  {
    name: 'comparison orders object ids and byte strings, byte strings by length first',
    steps: [
      given(
        { _id: 1, v: id },
        { _id: 2, v: new Binary(Buffer.from([2])) },
        { _id: 3, v: new Binary(Buffer.from([1, 1])) },
      ),
      find({ v: { $gte: id } }, 1),
      find({ v: { $gt: new Binary(Buffer.from([2])) } }, 3),
      find({ v: new Binary(Buffer.from([2])) }, 2),
    ],
  },
  {
    name: '_id may have any type',
    steps: [
      given(
        { _id: id },
        { _id: 'a' },
        { _id: new Binary(Buffer.from([255, 254])) },
        { _id: new Binary(Buffer.from([255, 253])) },
        { _id: { k: 1 } },
      ),
      step({ find: 'things', filter: { _id: id } }, found(id)),
      step({ find: 'things', filter: { _id: 'a' } }, found('a')),
      step({ find: 'things', filter: { _id: { k: 1 } } }, found({ k: 1 })),
      step({ count: 'things', query: { _id: new Binary(Buffer.from([255, 253])) } }, ok({ n: 1 })),
      step({ count: 'things', query: { _id: { $in: ['a', id, 'b', 'a'] } } }, ok({ n: 2 })),
    ],
  },
  {
    name: 'strings compare by code point of their UTF-8 form',
    steps: [
      given({ _id: 'Z' }, { _id: 'a' }, { _id: '\u{1F600}' }, { _id: '\uFFFD' }),
      find({}, 'Z', 'a', '\uFFFD', '\u{1F600}'),
    ],
  },
  {
    name: 'values of different types sort in the order of their types',
    steps: [
      given(
        { _id: true },
        { _id: new Date(0) },
        { _id: 's' },
        { _id: 1 },
        { _id: { a: 1 } },
        { _id: id },
        { _id: null },
      ),
      find({}, null, 1, 's', { a: 1 }, id, true, new Date(0)),
    ],
  },
  {
    name: 'logical operators combine conditions',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 2, b: 1 }, { _id: 3, a: 3 }),
      find({ $or: [{ a: 1 }, { b: 1 }] }, 1, 2),
      find({ $and: [{ a: { $gt: 1 } }, { b: { $exists: false } }] }, 3),
      find({ $nor: [{ a: 1 }, { a: 2 }] }, 3),
      find({ a: { $not: { $gt: 1 } } }, 1),
      find({ a: { $gt: 1, $lt: 3 } }, 2),
    ],
  },
  {
    name: '$in and $nin take lists, $exists and $type look at the field itself',
    steps: [
      given({ _id: 1, v: 'x' }, { _id: 2, v: 3 }, { _id: 3, v: new Date(0) }, { _id: 4 }),
      find({ v: { $in: ['x', 3] } }, 1, 2),
      find({ v: { $nin: ['x', 3] } }, 3, 4),
      find({ v: { $exists: true } }, 1, 2, 3),
      find({ v: { $exists: false } }, 4),
      find({ v: { $type: 'date' } }, 3),
      find({ v: { $type: ['string', 'number'] } }, 1, 2),
      find({ v: { $type: 2 } }, 1),
    ],
  },
  {
    name: '$type tells the number types apart',
    steps: [
      given({ _id: 1, v: 1 }, { _id: 2, v: Long.fromNumber(1) }, { _id: 3, v: new Double(1) }),
      find({ v: { $type: 'int' } }, 1),
      find({ v: { $type: 'long' } }, 2),
      find({ v: { $type: 'double' } }, 3),
    ],
  },
  {
    name: 'dotted paths reach into documents and arrays of documents',
    steps: [
      given({ _id: 1, d: { e: 1 } }, { _id: 2, d: [{ e: 1 }, { e: 2 }] }, { _id: 3, d: { e: 3 } }),
      find({ 'd.e': 1 }, 1, 2),
      find({ 'd.1.e': 2 }, 2),
      find({ d: { $elemMatch: { e: { $gt: 1 } } } }, 2),
    ],
  },
  {
    name: 'regular expressions match strings',
    steps: [
      given({ _id: 'abc' }, { _id: 'Abd' }),
      find({ _id: /^ab/ }, 'abc'),
      find({ _id: { $regex: '^ab', $options: 'i' } }, 'Abd', 'abc'),
    ],
  },
  {
    name: '$expr compares fields with one another',
    steps: [given({ _id: 1, a: 1, b: 2 }, { _id: 2, a: 2, b: 1 }), find({ $expr: { $gt: ['$a', '$b'] } }, 2)],
  },
  {
    name: 'an operator that does not exist is refused',
    steps: [
      given({ _id: 1 }),
      step({ find: 'things', filter: { a: { $foo: 1 } } }, fails(2, 'BadValue')),
      step({ find: 'things', filter: { $foo: 1 } }, fails(2, 'BadValue')),
    ],
  },
  {
    name: 'skip, limit and sort select a range',
    steps: [
      given({ _id: 1 }, { _id: 2 }, { _id: 3 }, { _id: 4 }),
      step({ find: 'things', sort: { _id: -1 }, skip: 1, limit: 2 }, found(3, 2)),
      step({ find: 'things', sort: { _id: 1 }, limit: 0 }, found(1, 2, 3, 4)),
    ],
  },
  {
    name: 'a missing field sorts before any value, also with several sort keys',
    steps: [
      given({ _id: 1, a: 2, b: 1 }, { _id: 2, a: 1, b: 2 }, { _id: 3, b: 3 }, { _id: 4, a: 1, b: 1 }),
      step({ find: 'things', sort: { a: 1, b: -1 }, projection: { _id: 1 } }, found(3, 2, 4, 1)),
    ],
  },
  {
    name: 'projections include or exclude fields, and keep _id by default',
    steps: [
      given({ _id: 1, a: { b: 1, c: 2 }, d: 3 }),
      step(
        { find: 'things', projection: { 'a.b': 1 } },
        ok({ cursor: { firstBatch: [{ _id: 1, a: { b: 1 } }] } }),
      ),
      step({ find: 'things', projection: { a: 0 } }, ok({ cursor: { firstBatch: [{ _id: 1, d: 3 }] } })),
      step({ find: 'things', projection: { _id: 0, d: 1 } }, ok({ cursor: { firstBatch: [{ d: 3 }] } })),
      step({ find: 'things', projection: { a: 1, d: 0 } }, fails(31254)),
    ],
  },
  {
    name: 'a batch size splits a result, and singleBatch ends it after the first batch',
    steps: [
      given({ _id: 1 }, { _id: 2 }, { _id: 3 }),
      step({ find: 'things', sort: { _id: 1 }, batchSize: 2, singleBatch: true }, found(1, 2)),
    ],
  },
  {
    name: 'a cursor that does not exist is an error',
    steps: [
      given({ _id: 1 }),
      step({ getMore: Long.fromNumber(42), collection: 'things' }, fails(43, 'CursorNotFound')),
    ],
  },
  {
    name: 'killCursors returns which cursors existed',
    steps: [
      given({ _id: 1 }),
      step(
        { killCursors: 'things', cursors: [Long.fromNumber(42)] },
        ok({ cursorsKilled: [], cursorsNotFound: [42] }),
      ),
    ],
  },
  {
    name: 'count counts matching documents',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3 }),
      step({ count: 'things' }, ok({ n: 3 })),
      step({ count: 'things', query: { a: 1 } }, ok({ n: 2 })),
      step({ count: 'things', query: { a: 1 }, limit: 1 }, ok({ n: 1 })),
    ],
  },
  {
    name: 'distinct returns each value once, including elements of arrays',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: [1, 2] }, { _id: 3 }),
      step({ distinct: 'things', key: 'a' }, ok({ values: [1, 2] })),
    ],
  },
  {
    name: 'aggregate matches, groups, sorts, projects and counts',
    steps: [
      given({ _id: 1, k: 'a', n: 1 }, { _id: 2, k: 'b', n: 2 }, { _id: 3, k: 'a', n: 3 }),
      step(
        {
          aggregate: 'things',
          cursor: {},
          pipeline: [{ $group: { _id: '$k', n: { $sum: '$n' } } }, { $sort: { _id: 1 } }],
        },
        ok({
          cursor: {
            firstBatch: [
              { _id: 'a', n: 4 },
              { _id: 'b', n: 2 },
            ],
          },
        }),
      ),
      step(
        { aggregate: 'things', cursor: {}, pipeline: [{ $match: { n: { $gt: 1 } } }, { $count: 'n' }] },
        ok({ cursor: { firstBatch: [{ n: 2 }] } }),
      ),
      step(
        {
          aggregate: 'things',
          cursor: {},
          pipeline: [
            { $sort: { _id: -1 } },
            { $limit: 1 },
            { $project: { twice: { $multiply: ['$n', 2] } } },
          ],
        },
        ok({ cursor: { firstBatch: [{ _id: 3, twice: 6 }] } }),
      ),
    ],
  },
  {
    name: 'aggregate groups byte strings and object ids by their value',
    steps: [
      given(
        { _id: 1, k: new Binary(Buffer.from([255, 254])) },
        { _id: 2, k: new Binary(Buffer.from([255, 253])) },
        { _id: 3, k: id },
        { _id: 4, k: new ObjectId(id.toHexString()) },
      ),
      step(
        { aggregate: 'things', cursor: {}, pipeline: [{ $group: { _id: '$k' } }, { $count: 'n' }] },
        ok({ cursor: { firstBatch: [{ n: 3 }] } }),
      ),
    ],
  },
  {
    name: 'aggregate refuses unknown stages and a missing cursor',
    steps: [
      given({ _id: 1 }),
      step({ aggregate: 'things', cursor: {}, pipeline: [{ $foo: 1 }] }, fails(40324)),
      step({ aggregate: 'things', pipeline: [] }, fails(9, 'FailedToParse')),
    ],
  },
  {
    name: 'an unknown expression is refused even if there are no documents',
    steps: [
      step({ aggregate: 'things', cursor: {}, pipeline: [{ $group: { _id: { $foo: 1 } } }] }, fails(168)),
      given({ _id: 1 }),
      step(
        { update: 'things', updates: [{ q: { _id: 9 }, u: [{ $set: { a: { $foo: 1 } } }] }] },
        ok({ n: 0, writeErrors: [{ code: 168 }] }),
      ),
    ],
  },
  {
    name: 'comparison expressions also order values of different types, and distinguish missing from null',
    steps: [
      given({ _id: 1, s: '12', at: new Date(5), none: null }),
      step(
        {
          aggregate: 'things',
          cursor: {},
          pipeline: [
            {
              $project: {
                _id: 0,
                text: { $gt: ['$s', 1] },
                date: { $gt: ['$at', 5] },
                less: { $lt: ['$missing', '$none'] },
                same: { $eq: ['$missing', null] },
                order: { $cmp: ['$at', '$s'] },
              },
            },
          ],
        },
        ok({ cursor: { firstBatch: [{ text: true, date: true, less: true, same: false, order: 1 }] } }),
      ),
    ],
  },
  {
    name: 'expressions convert and calculate with dates and numbers, and merge documents',
    steps: [
      given({ _id: 1, at: new Date(1_000), end: new Date(1_600), d: { a: 1, b: 1 } }),
      step(
        {
          aggregate: 'things',
          cursor: {},
          pipeline: [
            {
              $project: {
                _id: 0,
                number: { $add: [{ $toDouble: '$at' }, 1] },
                age: { $subtract: ['$end', '$at'] },
                earlier: { $subtract: ['$at', 400] },
                first: { $min: ['$at', '$end', null] },
                merged: { $mergeObjects: ['$d', '$missing', { b: 2 }] },
                fallback: { $ifNull: ['$missing', 'none'] },
                type: { $type: '$missing' },
              },
            },
          ],
        },
        ok({
          cursor: {
            firstBatch: [
              {
                number: 1_001,
                age: 600,
                earlier: new Date(600),
                first: new Date(1_000),
                merged: { a: 1, b: 2 },
                fallback: 'none',
                type: 'missing',
              },
            ],
          },
        }),
      ),
    ],
  },
  {
    name: 'pages follow one another by _id',
    steps: [
      given({ _id: 'c' }, { _id: 1 }, { _id: 'a' }, { _id: 'b' }),
      step({ find: 'things', filter: { _id: { $gt: '' } }, sort: { _id: 1 }, limit: 2 }, found('a', 'b')),
      step({ insert: 'things', documents: [{ _id: 'bb' }] }),
      step({ delete: 'things', deletes: [{ q: { _id: 'c' }, limit: 1 }] }),
      step({ find: 'things', filter: { _id: { $gt: 'b' } }, sort: { _id: 1 }, limit: 2 }, found('bb')),
      step({ find: 'things', filter: { _id: { $gte: 'b', $lt: 'bb' } }, sort: { _id: 1 } }, found('b')),
      step({ find: 'things', sort: { _id: 1 }, skip: 1, limit: 2 }, found('a', 'b')),
    ],
  },
  {
    name: 'a hint must name an existing index',
    steps: [
      given({ _id: 1 }),
      step({ find: 'things', hint: '_id_' }, found(1)),
      step({ find: 'things', hint: { nothing: 1 } }, fails(2, 'BadValue')),
    ],
  },
];
