import {
  Binary,
  type CreateCollectionOptions,
  type CreateIndexesOptions,
  Decimal128,
  Double,
  type IndexSpecification,
  Long,
  ObjectId,
  Timestamp,
} from 'mongodb';
import { DAY, NOW, type Stored, session } from './project.ts';

/** A collection as the script may find it, and the expected result. */
export interface StartingState {
  readonly state: string;
  /** Options with which the collection is created first. */
  readonly collection?: CreateCollectionOptions;
  readonly indexes?: readonly (readonly [IndexSpecification, CreateIndexesOptions?])[];
  readonly documents?: readonly Stored[];
  /** Only for a real server, since the stand-in does not support it. */
  readonly real?: true;
  /** With `--user-key`. */
  readonly users?: true;
  /** Views on the collection. */
  readonly views?: readonly string[];
}

/** A state that the script corrects. */
export interface Mended extends StartingState {
  readonly plan: readonly string[];
  /** The indexes afterwards, without the one on `_id`. */
  readonly after: readonly string[];
  /** The sessions afterwards, if they change. */
  readonly left?: readonly object[];
}

/** A state in which the script stops before the first change. */
export interface Refused extends StartingState {
  readonly says: readonly (string | RegExp)[];
}

const TTL = { expireAfterSeconds: 0 };
const RIGHT = 'session_ttl {"expiresAt":1} 0';
const USER = 'session_user {"user":1} {"user":{"$exists":true}}';
const CREATE = 'create index session_ttl';
const CREATE_USER = 'create index session_user';
const dropped = (name: string) => `drop index ${name}`;
/** A validator that takes only what the store writes without `--user-key`. */
const { _id: _, ...FIELDS } = session('a');
const STRICT = {
  $jsonSchema: {
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, {}])),
      _id: { bsonType: 'string', minLength: 43, maxLength: 43 },
    },
  },
};
const IF_USER = { partialFilterExpression: { user: { $exists: true } } };

/** Indexes in the place of the TTL index. */
const IN_ITS_PLACE: readonly (readonly [
  state: string,
  options: CreateIndexesOptions,
  index: string,
  real?: true,
])[] = [
  ['no TTL', {}, 'expiresAt_1'],
  ['another TTL', { expireAfterSeconds: 3600 }, 'expiresAt_1'],
  ['another TTL and name', { expireAfterSeconds: 60, name: 'mine' }, 'mine'],
  ['a partial TTL index', { ...TTL, ...IF_USER }, 'expiresAt_1'],
  ['a sparse TTL index', { ...TTL, sparse: true }, 'expiresAt_1'],
  ['a unique TTL index', { ...TTL, unique: true }, 'expiresAt_1'],
  ['a unique index', { unique: true }, 'expiresAt_1'],
  ['a hidden TTL index', { ...TTL, hidden: true }, 'expiresAt_1'],
  ['a TTL index with a collation', { ...TTL, collation: { locale: 'de' } }, 'expiresAt_1', true],
  ['no TTL under the name of the right one', { name: 'session_ttl' }, 'session_ttl'],
];

export const MENDED: readonly Mended[] = [
  { state: 'no collection', plan: [CREATE], after: [RIGHT] },
  { state: 'an empty collection', collection: {}, plan: [CREATE], after: [RIGHT] },
  {
    state: 'sessions without any index',
    documents: [session('a'), session('b')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'the right index',
    indexes: [[{ expiresAt: 1 }, { ...TTL, name: 'session_ttl' }]],
    plan: [],
    after: [RIGHT],
  },
  {
    state: 'the right index by another name',
    indexes: [[{ expiresAt: 1 }, TTL]],
    plan: [],
    after: ['expiresAt_1 {"expiresAt":1} 0'],
  },
  {
    state: 'the right index with options that change nothing',
    real: true,
    indexes: [[{ expiresAt: 1 }, { ...TTL, sparse: false, background: true }]],
    plan: [],
    after: ['expiresAt_1 {"expiresAt":1} 0'],
  },
  ...IN_ITS_PLACE.map(
    ([state, options, index, real]): Mended => ({
      state,
      indexes: [[{ expiresAt: 1 }, options]],
      documents: [session('a')],
      plan: [dropped(index), CREATE],
      after: [RIGHT],
      ...(real && { real }),
    }),
  ),
  {
    state: 'the right index and a partial one',
    real: true,
    indexes: [
      [{ expiresAt: 1 }, TTL],
      [{ expiresAt: 1 }, { ...IF_USER, name: 'some' }],
    ],
    plan: [],
    after: ['expiresAt_1 {"expiresAt":1} 0', 'some {"expiresAt":1} {"user":{"$exists":true}}'],
  },
  ...[
    {
      state: 'a descending TTL index',
      key: { expiresAt: -1 },
      options: TTL,
      left: 'expiresAt_-1 {"expiresAt":-1} 0',
    },
    {
      state: 'a hashed index',
      key: { expiresAt: 'hashed' },
      options: {},
      left: 'expiresAt_hashed {"expiresAt":"hashed"}',
    },
    {
      state: 'a compound index',
      key: { expiresAt: 1, createdAt: 1 },
      options: {},
      left: 'expiresAt_1_createdAt_1 {"expiresAt":1,"createdAt":1}',
    },
    {
      state: 'a wildcard index',
      key: { '$**': 1 },
      options: {},
      left: '$**_1 {"$**":1}',
      real: true as const,
    },
    {
      state: 'the hashed index of a shard key',
      key: { _id: 'hashed' },
      options: {},
      left: '_id_hashed {"_id":"hashed"}',
    },
    {
      state: 'a unique index with _id',
      key: { _id: 1, user: 1 },
      options: { unique: true },
      left: '_id_1_user_1 {"_id":1,"user":1}',
    },
    {
      state: 'a TTL index on a field of others',
      key: { lastSeen: 1 },
      options: { expireAfterSeconds: 60 },
      left: 'lastSeen_1 {"lastSeen":1} 60',
    },
    {
      state: 'an index on createdAt',
      key: { createdAt: 1 },
      options: {},
      left: 'createdAt_1 {"createdAt":1}',
    },
  ].map(
    ({ state, key, options, left, real }): Mended => ({
      state: `beside the right one, ${state}`,
      indexes: [[key as IndexSpecification, options]],
      documents: [session('a')],
      plan: [CREATE],
      after: [left, RIGHT],
      ...(real && { real }),
    }),
  ),
  {
    state: 'a collection with a collation, without users',
    real: true,
    collection: { collation: { locale: 'en', strength: 2 } },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a clustered collection',
    real: true,
    collection: { clusteredIndex: { key: { _id: 1 }, unique: true } },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a validator that takes sessions',
    real: true,
    collection: { validator: { $jsonSchema: { required: ['data', 'expiresAt'] } } },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a validator that takes nothing else',
    real: true,
    collection: { validator: STRICT },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a validator that compares the dates',
    real: true,
    collection: {
      validator: { $expr: { $and: ['$createdAt', '$$NOW'].map((date) => ({ $gt: ['$expiresAt', date] })) } },
    },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a validator that is off',
    real: true,
    collection: { validator: { token: { $exists: true } }, validationLevel: 'off' },
    documents: [session('a')],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a validator that only warns',
    real: true,
    collection: { validator: { token: { $exists: true } }, validationAction: 'warn' },
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'sessions whose numbers another program has stored in other types',
    documents: [
      session('a', { version: new Double(7) }),
      session('b', { version: Long.fromString('4294967296') }),
    ],
    plan: [CREATE],
    after: [RIGHT],
    left: [{ version: 7 }, { version: 4294967296 }],
  },
  {
    state: 'sessions with a field of their owner, and encrypted ones',
    documents: [
      session('a', { tags: ['x'], copied: { to: 'b', at: new Date(NOW) } }),
      session('b', { data: new Binary(Buffer.alloc(64)) }),
    ],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'a view on it',
    real: true,
    documents: [session('a')],
    views: ['devices'],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'the compound index of a shard key',
    indexes: [[{ user: 1, _id: 1 }, {}]],
    documents: [session('a')],
    plan: [CREATE],
    after: ['user_1__id_1 {"user":1,"_id":1}', RIGHT],
  },
  {
    state: 'what is noted down about sessions that were taken over',
    documents: [
      { _id: 'ended:7', until: new Date(NOW), expiresAt: new Date(NOW + DAY) },
      { _id: 'adopted:abc', until: new Date(NOW), expiresAt: new Date(NOW + DAY) },
    ],
    plan: [CREATE],
    after: [RIGHT],
  },
  {
    state: 'sessions that are over',
    documents: [session('over', { updated: -20 * DAY }), session('alive')],
    plan: ['delete sessions that are over (1)', CREATE],
    after: [RIGHT],
  },
  {
    state: 'another index under the name of ours, with users',
    users: true,
    indexes: [[{ user: 1, createdAt: -1 }, { name: 'session_user' }]],
    documents: [session('a', { user: '7' })],
    plan: [dropped('session_user'), CREATE, CREATE_USER],
    after: [RIGHT, USER],
  },
  { state: 'nothing, with users', users: true, plan: [CREATE, CREATE_USER], after: [RIGHT, USER] },
  {
    state: 'the TTL index alone, with users',
    users: true,
    indexes: [[{ expiresAt: 1 }, TTL]],
    plan: [CREATE_USER],
    after: ['expiresAt_1 {"expiresAt":1} 0', USER],
  },
  {
    state: 'an index on all users, with users',
    users: true,
    indexes: [
      [{ expiresAt: 1 }, TTL],
      [{ user: 1 }, {}],
    ],
    plan: [dropped('user_1'), CREATE_USER],
    after: ['expiresAt_1 {"expiresAt":1} 0', USER],
  },
];

const TOKEN: Stored = { _id: new ObjectId(), token: 's3cret', userId: 'ann', expiresAt: new Date(NOW + DAY) };

export const REFUSED: readonly Refused[] = [
  {
    state: 'refresh tokens',
    documents: [TOKEN],
    indexes: [[{ token: 1 }, { unique: true }]],
    says: [
      /the index \{.*"token_1".*\} would refuse sessions/,
      'it holds a document that is no session of this store: _id (Object), token (String), userId (String), expiresAt (Date)',
    ],
  },
  {
    state: 'refresh tokens under the very TTL index',
    documents: [session('a'), TOKEN],
    indexes: [[{ expiresAt: 1 }, TTL]],
    says: ['token (String)'],
  },
  {
    state: 'sessions of koa-session-mongo',
    documents: [{ _id: 'k1', blob: '{}', updatedAt: new Date(NOW) }],
    indexes: [[{ updatedAt: 1 }, { expireAfterSeconds: 1_209_600 }]],
    says: [
      /the index \{.*"updatedAt_1".*\} would end sessions too early/,
      '_id (String), blob (String), updatedAt (Date)',
      '--adopt <store>',
    ],
  },
  {
    state: 'one foreign document among sessions',
    documents: [session('a'), { _id: 'settings', dark: true }],
    says: ['dark (Boolean)'],
  },
  {
    state: 'a session with a date as text',
    documents: [session('a', { expiresAt: 'soon' })],
    says: ['expiresAt (String)'],
  },
  {
    state: 'a session with a date in an array',
    documents: [session('a', { createdAt: [new Date(NOW)] })],
    says: ['createdAt (Array)'],
  },
  {
    state: 'a session with a payload in an array',
    documents: [session('a', { data: ['{}'] })],
    says: ['data (Array)'],
  },
  {
    state: 'a session whose version is a decimal',
    documents: [session('a', { version: Decimal128.fromString('1') })],
    says: ['version (Object)'],
  },
  {
    state: 'a session with a date of another type',
    documents: [session('a', { updatedAt: new Timestamp({ t: 1, i: 1 }) })],
    says: ['updatedAt (Object)'],
  },
  {
    state: 'a session under an ObjectId',
    documents: [{ ...session('a'), _id: new ObjectId() }],
    says: ['_id (Object)'],
  },
  {
    state: 'a model with fields that JavaScript has, too',
    documents: [{ _id: 'm', constructor: null, toString: { constructor: 1 }, expiresAt: new Date(NOW) }],
    says: ['constructor (Null), toString (Object), expiresAt (Date)'],
  },
  {
    state: 'a note of somebody else',
    documents: [{ _id: 'ended', until: 'tomorrow' }],
    says: ['until (String)'],
  },
  {
    state: 'sessions that are over, beside a foreign document that is over',
    documents: [session('over', { updated: -20 * DAY }), { _id: 'mine', expiresAt: new Date(NOW - DAY) }],
    says: ['_id (String), expiresAt (Date)'],
  },
  {
    state: 'a session without a version',
    documents: [session('a', { version: null })],
    says: ['version (Null)'],
  },
  {
    state: 'a session whose payload is an object',
    documents: [session('a', { data: {} })],
    says: ['data (Object)'],
  },
  {
    state: 'a unique index on what sessions have not',
    indexes: [[{ code: 1 }, { unique: true }]],
    says: [/the index \{.*"code_1".*\} would refuse sessions/],
  },
  {
    state: 'a unique index on a date',
    indexes: [[{ updatedAt: 1 }, { unique: true }]],
    says: [/the index \{.*"updatedAt_1".*\} would refuse sessions/],
  },
  {
    state: 'the right index and a unique one',
    real: true,
    indexes: [
      [{ expiresAt: 1 }, TTL],
      [{ expiresAt: 1 }, { unique: true, name: 'once' }],
    ],
    says: [/the index .*"once".* would refuse sessions/],
  },
  {
    state: 'a unique compound index',
    indexes: [[{ user: 1, device: 1 }, { unique: true }]],
    says: [/the index .*user_1_device_1/],
  },
  {
    state: 'a TTL index on createdAt',
    indexes: [[{ createdAt: 1 }, { expireAfterSeconds: 86_400 }]],
    says: [/the index \{.*"createdAt_1".*\} would end sessions too early/],
  },
  {
    state: 'a descending TTL index on updatedAt',
    indexes: [[{ updatedAt: -1 }, { expireAfterSeconds: 0 }]],
    says: [/the index \{.*"updatedAt_-1".*\} would end sessions too early/],
  },
  {
    state: 'a capped collection',
    real: true,
    collection: { capped: true, size: 100_000 },
    says: ['it is capped'],
  },
  {
    state: 'a time-series collection',
    real: true,
    collection: { timeseries: { timeField: 'expiresAt' } },
    says: ['it is a time-series collection'],
  },
  { state: 'a view', real: true, collection: { viewOn: 'others', pipeline: [] }, says: ['it is a view'] },
  {
    state: 'a validator that refuses sessions',
    real: true,
    collection: { validator: { $jsonSchema: { required: ['token'] } } },
    says: ['its validator refuses sessions'],
  },
  {
    state: 'a validator that knows no user',
    real: true,
    users: true,
    collection: { validator: STRICT },
    says: ['its validator refuses sessions'],
  },
  {
    state: 'a collation that takes two users for one',
    real: true,
    users: true,
    collection: { collation: { locale: 'en', strength: 2 } },
    documents: [session('a')],
    says: ['its collation can take two users for one'],
  },
];
