import { Binary, Long } from 'mongodb';
import { fails, given, holds, ok, type Row, step } from './row.ts';

const update = (q: object, u: object, more: object = {}) => ({
  update: 'things',
  updates: [{ q, u, ...more }],
});
const upsert = (q: object, u: object) => update(q, u, { upsert: true });

export const writes: Row[] = [
  {
    name: 'insert returns the number of stored documents',
    steps: [
      step({ insert: 'things', documents: [{ _id: 1 }, { _id: 2 }] }, ok({ n: 2 })),
      holds({ _id: 1 }, { _id: 2 }),
    ],
  },
  {
    name: 'an insert with an _id that exists is E11000, with the key that clashed',
    steps: [
      given({ _id: 'a' }),
      step(
        { insert: 'things', documents: [{ _id: 'a' }] },
        ok({
          n: 0,
          writeErrors: [{ index: 0, code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 'a' } }],
        }),
      ),
    ],
  },
  {
    name: '1 as an int and 1 as a long are the same _id',
    steps: [
      given({ _id: 1 }),
      step(
        { insert: 'things', documents: [{ _id: Long.ONE }] },
        ok({ n: 0, writeErrors: [{ code: 11000 }] }),
      ),
    ],
  },
  {
    name: 'an ordered batch ends at its first error, an unordered one goes on',
    steps: [
      given({ _id: 2 }),
      step(
        { insert: 'things', documents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] },
        ok({ n: 1, writeErrors: [{ index: 1 }] }),
      ),
      step(
        { insert: 'things', ordered: false, documents: [{ _id: 2 }, { _id: 3 }] },
        ok({ n: 1, writeErrors: [{ index: 0 }] }),
      ),
      holds({ _id: 1 }, { _id: 2 }, { _id: 3 }),
    ],
  },
  {
    name: 'an array or a regular expression is refused as _id',
    steps: [
      step({ insert: 'things', documents: [{ _id: [1] }] }, ok({ n: 0, writeErrors: [{ index: 0 }] })),
      step({ insert: 'things', documents: [{ _id: /a/ }] }, ok({ n: 0, writeErrors: [{ index: 0 }] })),
    ],
  },
  {
    name: 'an empty write batch is refused',
    steps: [step({ insert: 'things', documents: [] }, fails(16, 'InvalidLength'))],
  },
  {
    name: 'update changes the first match, and returns how many matched and changed',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 1 }),
      step(update({ _id: 1 }, { $set: { a: 2 } }), ok({ n: 1, nModified: 1 })),
      step(update({ _id: 1 }, { $set: { a: 2 } }), ok({ n: 1, nModified: 0 })),
      step(update({ _id: 9 }, { $set: { a: 2 } }), ok({ n: 0, nModified: 0 })),
      holds({ _id: 1, a: 2 }, { _id: 2, a: 1 }),
    ],
  },
  {
    name: 'update with multi changes all',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3, a: 3 }),
      step(update({}, { $set: { a: 3 } }, { multi: true }), ok({ n: 3, nModified: 2 })),
    ],
  },
  {
    name: 'update operators',
    steps: [
      given({ _id: 1, n: 1, s: 'x', d: { a: 1 }, l: [1, 2, 3], old: 1 }),
      step(
        update(
          { _id: 1 },
          {
            $inc: { n: 2, fresh: 5 },
            $unset: { s: '', missing: '' },
            $set: { 'd.b': 2, 'e.f': 1 },
            $max: { max: 3 },
            $min: { 'd.a': 0 },
            $mul: { product: 2 },
            $rename: { old: 'new' },
            $push: { l: 4 },
          },
        ),
        ok({ n: 1, nModified: 1 }),
      ),
      holds({
        _id: 1,
        n: 3,
        fresh: 5,
        d: { a: 0, b: 2 },
        e: { f: 1 },
        max: 3,
        product: 0,
        new: 1,
        l: [1, 2, 3, 4],
      }),
      step(update({ _id: 1 }, { $pull: { l: { $gte: 3 } }, $addToSet: { m: 1 }, $max: { max: 2 } })),
      step(update({ _id: 1 }, { $addToSet: { m: 1 } }), ok({ n: 1, nModified: 0 })),
      step(
        { find: 'things', projection: { l: 1, m: 1, max: 1 } },
        ok({ cursor: { firstBatch: [{ _id: 1, max: 3, l: [1, 2], m: [1] }] } }),
      ),
    ],
  },
  {
    name: '$max and $min compare dates, and values of different types by the order of types',
    steps: [
      given({ _id: 1, at: new Date(5), v: 5 }),
      step(update({ _id: 1 }, { $max: { at: new Date(4), v: 'x' } })),
      holds({ _id: 1, at: new Date(5), v: 'x' }),
      step(update({ _id: 1 }, { $min: { at: new Date(3) }, $max: { v: 9 } })),
      holds({ _id: 1, at: new Date(3), v: 'x' }),
    ],
  },
  {
    name: '$currentDate sets a date',
    steps: [
      given({ _id: 1 }),
      step(update({ _id: 1 }, { $currentDate: { at: true } }), ok({ nModified: 1 })),
      step({ count: 'things', query: { at: { $type: 'date' } } }, ok({ n: 1 })),
    ],
  },
  {
    name: 'a replacement keeps the _id and nothing else',
    steps: [
      given({ _id: 1, a: 1, b: 2 }),
      step(update({ _id: 1 }, { c: 3 }), ok({ n: 1, nModified: 1 })),
      holds({ _id: 1, c: 3 }),
    ],
  },
  {
    name: 'a replacement replaces only one document',
    steps: [
      given({ _id: 1 }),
      step(update({}, { c: 3 }, { multi: true }), ok({ writeErrors: [{ code: 9 }] })),
    ],
  },
  {
    name: 'an update that changes _id is refused',
    steps: [
      given({ _id: 1 }),
      step(update({ _id: 1 }, { $set: { _id: 2 } }), ok({ n: 0, writeErrors: [{ code: 66 }] })),
      step(update({ _id: 1 }, { _id: 2 }), ok({ n: 0, writeErrors: [{ code: 66 }] })),
      step(update({ _id: 1 }, { $set: { _id: 1, a: 1 } }), ok({ n: 1, nModified: 1 })),
    ],
  },
  {
    name: 'an upsert creates the document from the equality conditions of its filter',
    steps: [
      step(
        upsert(
          { _id: 'k', a: 1, b: { $gt: 5 }, $and: [{ 'c.d': { $eq: 2 } }] },
          { $set: { e: 3 }, $setOnInsert: { f: 4 } },
        ),
        ok({ n: 1, nModified: 0, upserted: [{ index: 0, _id: 'k' }] }),
      ),
      holds({ _id: 'k', a: 1, c: { d: 2 }, e: 3, f: 4 }),
      step(upsert({ _id: 'k' }, { $setOnInsert: { f: 5 } }), ok({ n: 1, nModified: 0 })),
      holds({ _id: 'k', a: 1, c: { d: 2 }, e: 3, f: 4 }),
    ],
  },
  {
    name: 'an upsert by replacement takes only the _id from its filter',
    steps: [step(upsert({ _id: 'k', a: 1 }, { b: 2 }), ok({ n: 1 })), holds({ _id: 'k', b: 2 })],
  },
  {
    name: 'an upsert whose filter excludes the existing document is E11000',
    steps: [
      given({ _id: 'k', v: 1 }),
      step(
        upsert({ _id: 'k', v: 2 }, { $set: { w: 1 } }),
        ok({ n: 0, writeErrors: [{ code: 11000, keyValue: { _id: 'k' } }] }),
      ),
    ],
  },
  {
    name: 'two operators on one path are refused',
    steps: [
      given({ _id: 1 }),
      step(update({ _id: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }), ok({ writeErrors: [{ code: 40 }] })),
      step(update({ _id: 1 }, { $set: { a: 1, 'a.b': 1 } }), ok({ writeErrors: [{ code: 40 }] })),
    ],
  },
  {
    name: 'operators refuse values of the wrong type',
    steps: [
      given({ _id: 1, s: 'text', n: 1 }),
      step(update({ _id: 1 }, { $inc: { s: 1 } }), ok({ writeErrors: [{ code: 14 }] })),
      step(update({ _id: 1 }, { $inc: { n: 'x' } }), ok({ writeErrors: [{ code: 14 }] })),
      step(update({ _id: 1 }, { $set: { 's.t': 1 } }), ok({ writeErrors: [{ code: 28 }] })),
      step(update({ _id: 1 }, { $push: { n: 1 } }), ok({ writeErrors: [{ code: 2 }] })),
      step(update({ _id: 1 }, { $foo: { n: 1 } }), ok({ writeErrors: [{ code: 9 }] })),
      holds({ _id: 1, s: 'text', n: 1 }),
    ],
  },
  {
    name: 'an int that overflows becomes a long, and stays exact',
    steps: [
      given({ _id: 1, n: 2 ** 31 - 1, l: Long.fromString('9007199254740993') }),
      step(update({ _id: 1 }, { $inc: { n: 1, l: 2 } })),
      step(
        { count: 'things', query: { n: { $type: 'long' }, l: Long.fromString('9007199254740995') } },
        ok({ n: 1 }),
      ),
    ],
  },
  {
    name: 'a field name with a dollar sign is refused at the top of a replacement',
    steps: [
      given({ _id: 1 }),
      step(upsert({ _id: 1 }, { a: 1, $b: 2 }), ok({ n: 0, writeErrors: [{ code: 52 }] })),
    ],
    from: '5.0',
  },
  {
    name: 'a field name with a dollar sign inside a value is refused up to 4.4',
    steps: [
      given({ _id: 1 }),
      step(update({ _id: 1 }, { $set: { d: { $where: 1 } } }), ok({ n: 0, writeErrors: [{ code: 52 }] })),
    ],
    before: '5.0',
  },
  {
    name: 'a field name with a dollar sign inside a value is stored from 5.0 on',
    steps: [
      given({ _id: 1 }),
      step(update({ _id: 1 }, { $set: { d: { $where: 1 } } }), ok({ n: 1, nModified: 1 })),
      holds({ _id: 1, d: { $where: 1 } }),
    ],
    from: '5.0',
  },
  {
    name: 'a pipeline update computes from the document, and does not evaluate $literal',
    steps: [
      given({ _id: 1, n: 2, text: 'x', at: new Date(1000) }),
      step(
        update({ _id: 1 }, [
          {
            $set: {
              twice: { $multiply: ['$n', 2] },
              literal: { $literal: '$text' },
              copied: '$text',
              later: { $add: ['$at', 500] },
              kept: { $cond: [{ $gt: ['$n', 1] }, 'yes', 'no'] },
            },
          },
          { $unset: ['text'] },
        ]),
        ok({ n: 1, nModified: 1 }),
      ),
      holds({
        _id: 1,
        n: 2,
        at: new Date(1000),
        twice: 4,
        literal: '$text',
        copied: 'x',
        later: new Date(1500),
        kept: 'yes',
      }),
    ],
  },
  {
    name: 'a pipeline update does not change bytes and longs',
    steps: [
      given({ _id: 1, bytes: new Binary(Buffer.from([255, 254])), long: Long.fromNumber(7) }),
      step(update({ _id: 1 }, [{ $set: { seen: { $literal: true } } }])),
      step(
        {
          count: 'things',
          query: { long: { $type: 'long' }, bytes: new Binary(Buffer.from([255, 254])), seen: true },
        },
        ok({ n: 1 }),
      ),
    ],
  },
  {
    name: 'a pipeline update can add to dates and use the time of the statement',
    steps: [
      given({ _id: 1, at: new Date('2024-02-28T00:00:00Z') }),
      step(
        update({ _id: 1 }, [
          { $set: { next: { $dateAdd: { startDate: '$at', unit: 'day', amount: 1 } }, now: '$$NOW' } },
        ]),
      ),
      step(
        { count: 'things', query: { next: new Date('2024-02-29T00:00:00Z'), now: { $type: 'date' } } },
        ok({ n: 1 }),
      ),
    ],
    from: '5.0',
  },
  {
    name: 'a pipeline update can replace the whole document except its _id',
    steps: [
      given({ _id: 1, a: 1 }),
      step(update({ _id: 1 }, [{ $replaceWith: { b: '$a' } }])),
      holds({ _id: 1, b: 1 }),
    ],
  },
  {
    name: 'a pipeline update can upsert',
    steps: [
      step(
        upsert({ _id: 'k' }, [{ $set: { n: { $add: [{ $ifNull: ['$n', 0] }, 1] } } }]),
        ok({ n: 1, upserted: [{ _id: 'k' }] }),
      ),
      holds({ _id: 'k', n: 1 }),
    ],
  },
  {
    name: 'statements of one update see the changes of earlier statements',
    steps: [
      given({ _id: 1, n: 1 }),
      step(
        {
          update: 'things',
          updates: [
            { q: { _id: 1 }, u: { $inc: { n: 1 } } },
            { q: { n: 2 }, u: { $set: { seen: true } } },
          ],
        },
        ok({ n: 2, nModified: 2 }),
      ),
    ],
  },
  {
    name: 'delete removes one or all',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3, a: 1 }),
      step({ delete: 'things', deletes: [{ q: { a: 1 }, limit: 1 }] }, ok({ n: 1 })),
      step({ delete: 'things', deletes: [{ q: { a: 1 }, limit: 0 }] }, ok({ n: 2 })),
      step({ delete: 'things', deletes: [{ q: { a: 1 }, limit: 0 }] }, ok({ n: 0 })),
    ],
  },
  {
    name: 'findAndModify returns the document before or after the change',
    steps: [
      given({ _id: 1, n: 1 }),
      step(
        { findAndModify: 'things', query: { _id: 1 }, update: { $inc: { n: 1 } } },
        ok({ value: { _id: 1, n: 1 }, lastErrorObject: { n: 1, updatedExisting: true } }),
      ),
      step(
        {
          findAndModify: 'things',
          query: { _id: 1 },
          update: { $inc: { n: 1 } },
          new: true,
          fields: { n: 1, _id: 0 },
        },
        ok({ value: { n: 3 } }),
      ),
      step(
        { findAndModify: 'things', query: { _id: 9 }, update: { $set: { n: 1 } } },
        ok({ value: null, lastErrorObject: { n: 0 } }),
      ),
    ],
  },
  {
    name: 'findAndModify upserts, sorts and removes',
    steps: [
      step(
        { findAndModify: 'things', query: { _id: 1 }, update: { $set: { n: 1 } }, upsert: true },
        ok({ value: null, lastErrorObject: { n: 1, updatedExisting: false, upserted: 1 } }),
      ),
      given({ _id: 2, n: 2 }),
      step(
        { findAndModify: 'things', sort: { n: -1 }, remove: true },
        ok({ value: { _id: 2, n: 2 }, lastErrorObject: { n: 1 } }),
      ),
      holds({ _id: 1, n: 1 }),
    ],
  },
  {
    name: 'findAndModify either updates or removes',
    steps: [
      step({ findAndModify: 'things', query: {} }, fails(9, 'FailedToParse')),
      step({ findAndModify: 'things', query: {}, remove: true, update: { a: 1 } }, fails(9, 'FailedToParse')),
      step({ findAndModify: 'things', query: {}, remove: true, new: true }, fails(9, 'FailedToParse')),
    ],
  },
];
