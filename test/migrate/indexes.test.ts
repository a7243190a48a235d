import type { CreateIndexesOptions, Db, IndexSpecification } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { makeProject, openDatabase, planOf } from './project.ts';
import { between } from './proxy.ts';

const plain = makeProject();
const withUsers = makeProject({ userKey: 'userId' });

const TTL = '_id_, expiresAt_1 {"expiresAt":1} 0';
const USER = 'user_1 {"user":1} {"user":{"$exists":true}}';
const CREATE_TTL = 'create index expiresAt_1 ({"expiresAt":1}, TTL 0 s)';
const CREATE_USER = 'create index user_1 ({"user":1})';

type Before = readonly (readonly [IndexSpecification, CreateIndexesOptions?])[];

interface Row {
  readonly state: string;
  readonly before: Before;
  readonly plan: readonly string[];
  readonly after: string;
  readonly project?: typeof plain;
  readonly args?: readonly string[];
  readonly notes?: readonly string[];
}

const ROWS: readonly Row[] = [
  { state: 'no index', before: [], plan: [CREATE_TTL], after: TTL },
  {
    state: 'the very index',
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]],
    plan: [],
    after: TTL,
  },
  {
    state: 'the very index under another name',
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 0, name: 'mine' }]],
    plan: [],
    after: '_id_, mine {"expiresAt":1} 0',
  },
  {
    state: 'another TTL',
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 3600 }]],
    plan: ['change the TTL of index expiresAt_1 ({"expiresAt":1}, TTL 3600 s) to 0 s'],
    after: TTL,
  },
  {
    state: 'another TTL and another name',
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 3600, name: 'mine' }]],
    plan: ['change the TTL of index mine ({"expiresAt":1}, TTL 3600 s) to 0 s'],
    after: '_id_, mine {"expiresAt":1} 0',
  },
  {
    state: 'another TTL, and no collMod',
    args: ['--recreate'],
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 3600 }]],
    plan: [
      'drop index expiresAt_1 ({"expiresAt":1}, TTL 3600 s): its options are not those wanted',
      CREATE_TTL,
    ],
    after: TTL,
  },
  {
    state: 'no TTL',
    before: [[{ expiresAt: 1 }]],
    plan: ['drop index expiresAt_1 ({"expiresAt":1}): its options are not those wanted', CREATE_TTL],
    after: TTL,
  },
  ...[{ unique: true }, { sparse: true }, { partialFilterExpression: { user: { $exists: true } } }].map(
    (options) => ({
      state: `TTL index, ${Object.keys(options)}`,
      before: [[{ expiresAt: 1 }, { ...options, expireAfterSeconds: 0 }]] as const,
      plan: [
        'drop index expiresAt_1 ({"expiresAt":1}, TTL 0 s): its options are not those wanted',
        CREATE_TTL,
      ],
      after: TTL,
    }),
  ),
  {
    state: 'another key under the name',
    before: [[{ createdAt: 1 }, { name: 'expiresAt_1' }]],
    plan: ['create index expiresAt_1_ ({"expiresAt":1}, TTL 0 s)'],
    after: '_id_, expiresAt_1 {"createdAt":1}, expiresAt_1_ {"expiresAt":1} 0',
  },
  {
    state: 'a compound key beside it',
    before: [[{ expiresAt: 1, createdAt: 1 }]],
    plan: [CREATE_TTL],
    after: '_id_, expiresAt_1 {"expiresAt":1} 0, expiresAt_1_createdAt_1 {"expiresAt":1,"createdAt":1}',
  },
  {
    state: 'the TTL index of koa-session-mongo',
    before: [[{ updatedAt: 1 }, { expireAfterSeconds: 1_209_600 }]],
    plan: [
      CREATE_TTL,
      'drop index updatedAt_1 ({"updatedAt":1}, TTL 1209600 s): it would end sessions before their time',
    ],
    after: TTL,
  },
  {
    state: 'a descending TTL index',
    before: [[{ expiresAt: -1 }, { expireAfterSeconds: 60 }]],
    plan: [
      CREATE_TTL,
      'drop index expiresAt_-1 ({"expiresAt":-1}, TTL 60 s): it would end sessions before their time',
    ],
    after: TTL,
  },
  {
    state: 'the indexes of koa-generic-session-mongo',
    before: [
      [{ ttl: 1 }, { expireAfterSeconds: 0 }],
      [{ sid: 1 }, { unique: true }],
    ],
    plan: [
      'drop index sid_1 ({"sid":1}): it allows only one session',
      CREATE_TTL,
      'drop index ttl_1 ({"ttl":1}, TTL 0 s): it would end sessions before their time',
    ],
    after: TTL,
  },
  {
    state: "a TTL index of the owner's own",
    before: [[{ createdAt: 1 }, { expireAfterSeconds: 86_400 }]],
    plan: [CREATE_TTL],
    notes: [
      'note: the TTL index createdAt_1 ({"createdAt":1}, TTL 86400 s) does not belong to the store: it is left alone',
    ],
    after: '_id_, createdAt_1 {"createdAt":1} 86400, expiresAt_1 {"expiresAt":1} 0',
  },
  {
    state: 'no index, with users',
    project: withUsers,
    before: [],
    plan: [CREATE_TTL, CREATE_USER],
    after: `${TTL}, ${USER}`,
  },
  {
    state: 'the TTL index alone, with users',
    project: withUsers,
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]],
    plan: [CREATE_USER],
    after: `${TTL}, ${USER}`,
  },
  {
    state: 'an index on all users',
    project: withUsers,
    before: [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }], [{ user: 1 }]],
    plan: ['drop index user_1 ({"user":1}): its options are not those wanted', CREATE_USER],
    after: `${TTL}, ${USER}`,
  },
];

describe.each(['4.4.6', '7.0.14'])('MongoDB %s', (version) => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer({ version });
  });
  afterAll(() => server.stop());

  test.each(ROWS)('$state', async ({ project = plain, before, plan, after, args = [], notes = [] }) => {
    const { url, db } = await openDatabase(server);
    for (const [key, options] of before) await db.collection('sessions').createIndex(key, options);

    const check = await project.start(url, ['--check', ...args]);
    expect(check).toMatchObject({ exitCode: plan.length > 0 ? 3 : 0, stderr: notes.join('\n') });
    expect(planOf(check)).toEqual(plan);

    expect(await project.start(url, args)).toMatchObject({ exitCode: 0, stderr: notes.join('\n') });
    expect(await indexesOf(db)).toBe(after);

    const again = await project.start(url, ['--check']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
  });

  // At the moment when the script's own createIndexes is on its way, so that the server itself has to judge.
  test.each([
    { rival: 'the same index', options: { expireAfterSeconds: 0 }, exitCode: 0 },
    { rival: 'one with another TTL', options: { expireAfterSeconds: 60 }, exitCode: 1 },
    { rival: 'one with another name', options: { expireAfterSeconds: 0, name: 'mine' }, exitCode: 1 },
    { rival: 'a unique one', options: { expireAfterSeconds: 0, unique: true }, exitCode: 1 },
    { rival: 'one without a TTL', options: {}, exitCode: 1 },
  ])(
    '$rival, created by another program in the meantime, ends in exit code $exitCode',
    async ({ options, exitCode }) => {
      const { url, db } = await openDatabase(server);
      const through = await between(url, async (command) => {
        if (command === 'createIndexes')
          await db.collection('sessions').createIndex({ expiresAt: 1 }, options);
        return undefined;
      });
      const run = await plain.start(through);
      expect(run).toMatchObject({ exitCode });
      expect(run.stderr).toMatch(exitCode === 0 ? /^$/ : /The indexes were changed since the plan was made/);
      expect(await plain.start(url)).toMatchObject({ exitCode: 0 });
      const [, ttl] = await db.collection('sessions').listIndexes().toArray();
      expect(ttl).toMatchObject({ key: { expiresAt: 1 }, expireAfterSeconds: 0 });
      expect(ttl).not.toHaveProperty('unique');
    },
  );
});

async function indexesOf(db: Db): Promise<string> {
  const indexes = await db.collection('sessions').listIndexes().toArray();
  return indexes
    .map(({ name, key, expireAfterSeconds, partialFilterExpression }) =>
      name === '_id_'
        ? name
        : [
            name,
            JSON.stringify(key),
            expireAfterSeconds,
            partialFilterExpression && JSON.stringify(partialFilterExpression),
          ]
            .filter((part) => part !== undefined)
            .join(' '),
    )
    .sort()
    .join(', ');
}
