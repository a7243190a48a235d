import { Double } from 'mongodb';
import { fails, given, holds, ok, type Row, step } from './row.ts';

const create = (...indexes: object[]) => ({ createIndexes: 'things', indexes });
const ttl = (more: object = {}) => ({ key: { at: 1 }, name: 'at_1', expireAfterSeconds: 60, ...more });
const partial = { partialFilterExpression: { kind: 'a' } };
const insert = (...documents: object[]) => ({ insert: 'things', documents });
const clash = (details: object) => ok({ n: 0, writeErrors: [{ code: 11000, ...details }] });
const list = (...indexes: object[]) =>
  step(
    { listIndexes: 'things' },
    ok({ cursor: { firstBatch: [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...indexes] } }),
  );
const change = (index: object) => ({ collMod: 'things', index });

export const indexes: Row[] = [
  {
    name: 'createIndexes creates the collection, and returns the number of indexes',
    steps: [
      step(
        create(ttl()),
        ok({ numIndexesBefore: 1, numIndexesAfter: 2, createdCollectionAutomatically: true }),
      ),
      list(ttl()),
    ],
  },
  {
    name: 'listIndexes and dropIndexes need a collection',
    steps: [
      step({ listIndexes: 'things' }, fails(26, 'NamespaceNotFound')),
      step({ dropIndexes: 'things', index: '*' }, fails(26, 'NamespaceNotFound')),
    ],
  },
  {
    name: 'an existing index is not created again',
    steps: [step(create(ttl())), step(create(ttl()), ok({ numIndexesBefore: 2, numIndexesAfter: 2 }))],
  },
  {
    name: 'next to a TTL index: same name and key, different TTL',
    steps: [
      step(create(ttl())),
      step(create(ttl({ expireAfterSeconds: 90 })), fails(85, 'IndexOptionsConflict')),
      list(ttl()),
    ],
  },
  {
    name: 'next to a TTL index: same key and options, different name',
    steps: [step(create(ttl())), step(create(ttl({ name: 'other' })), fails(85, 'IndexOptionsConflict'))],
  },
  {
    name: 'next to a TTL index: same key, different TTL and name',
    steps: [
      step(create(ttl())),
      step(create(ttl({ name: 'other', expireAfterSeconds: 90 })), fails(85, 'IndexOptionsConflict')),
    ],
  },
  {
    name: 'next to a TTL index up to 4.4: unique added',
    steps: [step(create(ttl())), step(create(ttl({ unique: true })), fails(85, 'IndexOptionsConflict'))],
    before: '5.0',
  },
  {
    name: 'next to a TTL index from 5.0: unique or sparse added',
    steps: [
      step(create(ttl())),
      step(create(ttl({ unique: true })), fails(86, 'IndexKeySpecsConflict')),
      step(create(ttl({ sparse: true })), fails(86, 'IndexKeySpecsConflict')),
      step(create(ttl(partial)), fails(86, 'IndexKeySpecsConflict')),
    ],
    from: '5.0',
  },
  {
    name: 'next to a TTL index up to 4.4: a partial filter and another name',
    steps: [
      step(create(ttl())),
      step(create(ttl({ ...partial, name: 'other' })), fails(85, 'IndexOptionsConflict')),
    ],
    before: '5.0',
  },
  {
    name: 'next to a TTL index from 5.0: a partial filter and another name make two indexes',
    steps: [
      step(create(ttl())),
      step(create(ttl({ ...partial, name: 'other' })), ok({ numIndexesAfter: 3 })),
      list(ttl(), ttl({ ...partial, name: 'other' })),
    ],
    from: '5.0',
  },
  {
    name: 'a name that another key uses is code 86',
    steps: [
      step(create(ttl())),
      step(create({ key: { other: 1 }, name: 'at_1' }), fails(86, 'IndexKeySpecsConflict')),
    ],
  },
  {
    name: 'a TTL out of range, or on a compound key, is refused',
    steps: [
      step(create(ttl({ expireAfterSeconds: -1 })), fails(67, 'CannotCreateIndex')),
      step(create(ttl({ expireAfterSeconds: 2 ** 31 })), fails(67, 'CannotCreateIndex')),
      step(create(ttl({ key: { at: 1, b: 1 } })), fails(67, 'CannotCreateIndex')),
      step(create(ttl({ expireAfterSeconds: 2 ** 31 - 1 }))),
    ],
  },
  {
    name: 'a TTL of NaN is accepted up to 4.4',
    steps: [step(create(ttl({ expireAfterSeconds: new Double(Number.NaN) })))],
    before: '5.0',
  },
  {
    name: 'a TTL that is not a number is refused',
    steps: [step(create(ttl({ expireAfterSeconds: 'soon' })), fails(67, 'CannotCreateIndex'))],
  },
  {
    name: 'an index without a key or name, or with an unknown option, is refused',
    steps: [
      step(create({ name: 'a' }), fails(9, 'FailedToParse')),
      step(create({ key: { a: 1 } }), fails(9, 'FailedToParse')),
      step(create({ key: {}, name: 'a' }), fails(67, 'CannotCreateIndex')),
      step(create({ key: { a: 1 }, name: 'a', foo: 1 }), fails(197, 'InvalidIndexSpecificationOption')),
    ],
  },
  {
    name: 'an index that is both sparse and partial is refused',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', sparse: true, ...partial }), fails(67, 'CannotCreateIndex')),
    ],
  },
  {
    name: 'a unique index refuses a second document with its key',
    steps: [
      step(create({ key: { a: 1, b: 1 }, name: 'ab', unique: true })),
      given({ _id: 1, a: 'x', b: 1 }),
      step(
        insert({ _id: 2, a: 'x', b: 1 }),
        clash({ keyPattern: { a: 1, b: 1 }, keyValue: { a: 'x', b: 1 } }),
      ),
      given({ _id: 3, a: 'x', b: 2 }),
      step(
        { update: 'things', updates: [{ q: { _id: 3 }, u: { $set: { b: 1 } } }] },
        ok({ n: 0, writeErrors: [{ code: 11000, keyPattern: { a: 1, b: 1 } }] }),
      ),
      step({ delete: 'things', deletes: [{ q: { _id: 1 }, limit: 1 }] }),
      given({ _id: 4, a: 'x', b: 1 }),
    ],
  },
  {
    name: 'findAndModify has its own error for a violated unique index',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', unique: true })),
      given({ _id: 1, a: 1 }, { _id: 2, a: 2 }),
      step(
        { findAndModify: 'things', query: { _id: 2 }, update: { $set: { a: 1 } } },
        fails(11000, 'DuplicateKey'),
      ),
    ],
  },
  {
    name: 'a unique index stores a missing field as null, once',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', unique: true })),
      given({ _id: 1 }),
      step(insert({ _id: 2 }), clash({ keyValue: { a: null } })),
    ],
  },
  {
    name: 'a sparse unique index leaves out documents without the field',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', unique: true, sparse: true })),
      given({ _id: 1 }, { _id: 2 }, { _id: 3, a: 1 }),
      step(insert({ _id: 4, a: 1 }), clash({ keyValue: { a: 1 } })),
    ],
  },
  {
    name: 'a partial unique index leaves out documents that its filter does not match',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', unique: true, ...partial })),
      given({ _id: 1, a: 1, kind: 'b' }, { _id: 2, a: 1, kind: 'b' }, { _id: 3, a: 1, kind: 'a' }),
      step(insert({ _id: 4, a: 1, kind: 'a' }), clash({ keyValue: { a: 1 } })),
    ],
  },
  {
    name: 'a unique index contains each element of an array',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', unique: true })),
      given({ _id: 1, a: [1, 2] }),
      step(insert({ _id: 2, a: 2 }), clash({ keyPattern: { a: 1 } })),
    ],
  },
  {
    name: 'a unique index cannot be built over duplicates',
    steps: [
      given({ _id: 1, a: 1 }, { _id: 2, a: 1 }),
      step(create({ key: { a: 1 }, name: 'a', unique: true }), fails(11000, 'DuplicateKey')),
      list(),
    ],
  },
  {
    name: 'indexes are dropped by name, by key, or all except the one on _id',
    steps: [
      step(
        create(
          ttl(),
          { key: { a: 1 }, name: 'a' },
          { key: { b: -1 }, name: 'b' },
          { key: { c: 1 }, name: 'c' },
        ),
      ),
      step({ dropIndexes: 'things', index: 'at_1' }, ok({ nIndexesWas: 5 })),
      step({ dropIndexes: 'things', index: { b: -1 } }, ok({ nIndexesWas: 4 })),
      step({ dropIndexes: 'things', index: 'none' }, fails(27, 'IndexNotFound')),
      step({ dropIndexes: 'things', index: '_id_' }, fails(72, 'InvalidOptions')),
      step({ dropIndexes: 'things', index: '*' }, ok({ nIndexesWas: 3 })),
      list(),
    ],
  },
  {
    name: 'collMod changes a TTL in place, by name or by key',
    steps: [
      step(create(ttl())),
      step(
        change({ name: 'at_1', expireAfterSeconds: 90 }),
        ok({ expireAfterSeconds_old: 60, expireAfterSeconds_new: 90 }),
      ),
      step(
        change({ keyPattern: { at: 1 }, expireAfterSeconds: 5 }),
        ok({ expireAfterSeconds_old: 90, expireAfterSeconds_new: 5 }),
      ),
      list(ttl({ expireAfterSeconds: 5 })),
    ],
  },
  {
    name: 'collMod needs a collection and an existing index',
    steps: [
      step(change({ name: 'at_1', expireAfterSeconds: 90 }), fails(26, 'NamespaceNotFound')),
      step(create(ttl())),
      step(change({ name: 'none', expireAfterSeconds: 90 }), fails(27, 'IndexNotFound')),
      step(change({ keyPattern: { none: 1 }, expireAfterSeconds: 90 }), fails(27, 'IndexNotFound')),
    ],
  },
  {
    name: 'collMod needs an index and a change',
    steps: [
      step(create(ttl())),
      step(change({ expireAfterSeconds: 90 }), fails(72, 'InvalidOptions')),
      step(
        change({ name: 'at_1', keyPattern: { at: 1 }, expireAfterSeconds: 90 }),
        fails(72, 'InvalidOptions'),
      ),
      step(change({ name: 'at_1' }), fails(72, 'InvalidOptions')),
    ],
  },
  {
    name: 'collMod cannot turn a plain index into a TTL index before 5.1',
    steps: [
      step(create({ key: { at: 1 }, name: 'at_1' })),
      step(change({ name: 'at_1', expireAfterSeconds: 90 }), fails(72, 'InvalidOptions')),
    ],
    before: '5.1',
  },
  {
    name: 'collMod turns a plain index into a TTL index from 5.1 on',
    steps: [
      step(create({ key: { at: 1 }, name: 'at_1' })),
      step(change({ name: 'at_1', expireAfterSeconds: 90 }), ok({ expireAfterSeconds_new: 90 })),
      list(ttl({ expireAfterSeconds: 90 })),
    ],
    from: '5.1',
  },
  {
    name: 'a key that names two indexes is ambiguous',
    steps: [
      step(create(ttl())),
      step(create(ttl({ ...partial, name: 'other' }))),
      step(change({ keyPattern: { at: 1 }, expireAfterSeconds: 90 }), fails(181, 'AmbiguousIndexKeyPattern')),
      step({ dropIndexes: 'things', index: { at: 1 } }, fails(181, 'AmbiguousIndexKeyPattern')),
      step(change({ name: 'other', expireAfterSeconds: 90 }), ok({ expireAfterSeconds_new: 90 })),
    ],
    from: '5.0',
  },
  {
    name: 'a hidden index is listed as hidden, and collMod unhides it',
    steps: [
      step(create({ key: { a: 1 }, name: 'a', hidden: true })),
      list({ name: 'a', hidden: true }),
      step(change({ name: 'a', hidden: false }), ok({ hidden_old: true, hidden_new: false })),
    ],
  },
  {
    name: 'an index also contains documents that were written before it',
    steps: [
      given({ _id: 1, a: 1 }),
      step(create({ key: { a: 1 }, name: 'a', unique: true })),
      step(insert({ _id: 2, a: 1 }), clash({ keyValue: { a: 1 } })),
      holds({ _id: 1, a: 1 }),
    ],
  },
];
