import { admin, fails, given, ok, type Row, step } from './row.ts';

export const server: Row[] = [
  { name: 'ping', steps: [step({ ping: 1 })] },
  {
    name: 'hello returns the limits and the wire versions',
    steps: [
      step(
        { hello: 1 },
        ok({
          isWritablePrimary: true,
          maxBsonObjectSize: 16_777_216,
          maxMessageSizeBytes: 48_000_000,
          maxWriteBatchSize: 100_000,
          minWireVersion: 0,
        }),
      ),
    ],
  },
  {
    name: 'isMaster is the older name of hello',
    steps: [step({ isMaster: 1 }, ok({ ismaster: true })), step({ ismaster: 1 }, ok({ ismaster: true }))],
  },
  {
    name: 'a command that does not exist is code 59',
    steps: [step({ noSuchCommand: 1 }, fails(59, 'CommandNotFound'))],
  },
  {
    name: 'sharding commands do not exist on a server that is not a router',
    steps: [
      admin({ enableSharding: 'things' }, fails(59, 'CommandNotFound')),
      admin({ shardCollection: 'a.things', key: { _id: 'hashed' } }, fails(59, 'CommandNotFound')),
    ],
  },
  {
    name: 'an unknown field of a command is refused',
    steps: [
      step({ find: 'things', foo: 1 }, fails(40415)),
      step({ insert: 'things', documents: [{ _id: 1 }], foo: 1 }, fails(40415)),
      step({ update: 'things', updates: [{ q: {}, u: { $set: { a: 1 } }, foo: 1 }] }, fails(40415)),
    ],
    from: '5.0',
  },
  {
    name: 'a field of the wrong type is refused',
    steps: [
      step({ find: 'things', filter: 'x' }, fails(14, 'TypeMismatch')),
      step({ insert: 'things', documents: 'x' }, fails(14, 'TypeMismatch')),
    ],
    from: '5.0',
  },
  {
    name: 'an empty collection name is refused',
    steps: [
      step({ find: '' }, fails(73, 'InvalidNamespace')),
      step({ insert: '', documents: [{}] }, fails(73, 'InvalidNamespace')),
    ],
  },
  {
    name: 'create creates a collection, and fails the second time',
    steps: [step({ create: 'things' }), step({ create: 'things' }, fails(48, 'NamespaceExists'))],
    before: '7.0',
  },
  {
    name: 'listCollections lists the collections',
    steps: [
      given({ _id: 1 }),
      step(
        { listCollections: 1, filter: { name: 'things' } },
        ok({
          cursor: {
            firstBatch: [
              { name: 'things', type: 'collection', info: { readOnly: false }, idIndex: { key: { _id: 1 } } },
            ],
          },
        }),
      ),
      step({ listCollections: 1, filter: { name: 'none' } }, ok({ cursor: { firstBatch: [] } })),
      step(
        { listCollections: 1, nameOnly: true, filter: { name: 'things' } },
        ok({ cursor: { firstBatch: [{ name: 'things', type: 'collection' }] } }),
      ),
    ],
  },
  {
    name: 'collStats counts documents and indexes, also of a missing collection',
    steps: [
      step({ collStats: 'things' }, ok({ count: 0, size: 0 })),
      given({ _id: 1 }, { _id: 2 }),
      step({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a' }] }),
      step({ collStats: 'things' }, ok({ count: 2, size: 28, avgObjSize: 14, nindexes: 2, capped: false })),
    ],
  },
  {
    name: 'drop removes the documents and the indexes',
    steps: [
      given({ _id: 1 }),
      step({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a' }] }),
      step({ drop: 'things' }, ok({ nIndexesWas: 2 })),
      step({ count: 'things' }, ok({ n: 0 })),
    ],
  },
  {
    name: 'dropping a missing collection is an error before 7.0',
    steps: [step({ drop: 'things' }, fails(26, 'NamespaceNotFound'))],
    before: '7.0',
  },
  {
    name: 'dropping a missing collection succeeds from 7.0 on',
    steps: [step({ drop: 'things' })],
    from: '7.0',
  },
  {
    name: 'dropDatabase removes all collections',
    steps: [
      given({ _id: 1 }),
      step({ dropDatabase: 1 }),
      step({ listCollections: 1 }, ok({ cursor: { firstBatch: [] } })),
      step({ dropDatabase: 1 }),
    ],
  },
  {
    name: 'reads accept a read concern, writes a write concern',
    steps: [
      given({ _id: 1 }),
      step({ find: 'things', readConcern: { level: 'majority' } }),
      step(
        { insert: 'things', documents: [{ _id: 2 }], writeConcern: { w: 'majority', j: true } },
        ok({ n: 1 }),
      ),
      step({ find: 'things', writeConcern: { w: 1 } }, fails(72, 'InvalidOptions')),
    ],
  },
  {
    name: 'server commands only work on the database admin',
    steps: [step({ getParameter: 1, ttlMonitorSleepSecs: 1 }, fails(13, 'Unauthorized'))],
  },
];
