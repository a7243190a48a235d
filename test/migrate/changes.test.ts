import type { Db, Document } from 'mongodb';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { FEATURES, type GeneratedStore, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { withOption } from '../support/mongo/urls.ts';
import { isExhaustive } from '../support/sampling.ts';
import {
  COPIES,
  DAY,
  loadMigration,
  NOW,
  openDatabase,
  planOf,
  type Stored,
  session,
  sessionsOf,
} from './project.ts';
import { between } from './proxy.ts';

const plain = await loadMigration(COPIES);
const back = await loadMigration({ ...COPIES, collection: 'old' });
const encrypting = await loadMigration({ ...COPIES, ...FEATURES.encrypt });
const copyingNamed = await loadMigration({ ...COPIES, ...FEATURES['user-key'] });
const copyingAdopted = await loadMigration({
  ...COPIES,
  adopt: { store: 'koa-session-mongo', collection: 'sessions_of_2014' },
});
const naming = await loadMigration(FEATURES['user-key']);
const doingBoth = await loadMigration({ ...FEATURES.encrypt, ...FEATURES['user-key'] });

const KEY = Buffer.alloc(32, 1);
const KEYS = { SESSION_ENCRYPTION_KEYS: KEY.toString('base64'), SESSION_PLAIN_TEXT: 'read' };

/** The sessions of an app that was generated with these features. */
async function open(db: Db, features: Partial<Settings>): Promise<GeneratedStore> {
  const { connection, sessions } = await loadGenerated({ ...PLAIN, ...features, connection: STYLES.db });
  const options = { ttl: 14 * DAY, userKey: 'userId', encryptionKeys: [KEY] as [Buffer] };
  return new sessions.Sessions(connection.connect(db), options);
}

const ofAll = (db: Db, name?: string) => sessionsOf(db, name).find().sort({ _id: 1 }).toArray();

/** Calls a function between the first read of sessions and their first change. */
async function beforeFirst(command: string, url: string, work: () => Promise<unknown>): Promise<string> {
  let isFirst = true;
  return between(url, async (name) => {
    if (name !== command || !isFirst) return undefined;
    isFirst = false;
    await work();
    return undefined;
  });
}

describe('prune', () => {
  test('deletes the expired sessions and notes, and nothing else', async () => {
    const { url, db } = await openDatabase();
    const note = { _id: 'ended:7', until: new Date(NOW), expiresAt: new Date(NOW + DAY) };
    const noteOver = { ...note, _id: 'adopted:a', expiresAt: new Date(NOW - DAY) };
    const over = Array.from({ length: 1001 }, (_, at) => session(`over-${at}`, { updated: -20 * DAY }));
    await sessionsOf(db).insertMany([...over, session('alive'), note, noteOver]);
    // As in a database that does not delete them.
    await sessionsOf(db).createIndex({ expiresAt: 1 }, { name: 'session_prune' });
    expect(await plain(url, ['--check'])).toMatchObject({ exitCode: 0 });
    expect(await plain(url, ['prune', '--check'])).toMatchObject({ exitCode: 3 });
    expect(await plain(url, ['prune'])).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toEqual([session('alive'), note]);
    expect(await plain(url, ['--check'])).toMatchObject({ exitCode: 0 });
    expect(await plain(url, ['prune', '--check'])).toMatchObject({ exitCode: 0 });
  });

  test('what is renewed after it was found to be over stays, such as the note about a user', async () => {
    const { url, db } = await openDatabase();
    const note = { _id: 'ended:7', until: new Date(NOW), expiresAt: new Date(NOW - DAY) };
    await sessionsOf(db).insertOne(note);
    const renewed = { ...note, expiresAt: new Date(NOW + DAY) };
    const through = await between(url, async (name) => {
      if (name === 'delete') await sessionsOf(db).updateOne({}, { $set: renewed });
      return undefined;
    });
    expect(await plain(through, ['prune'])).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toEqual([renewed]);
  });

  test('sessions that end meanwhile are left to the next run', async () => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
    let ended = 0;
    const through = await between(url, async (name) => {
      if (name !== 'delete') return undefined;
      ended += 1;
      await sessionsOf(db).insertOne({ ...session(`ended-${ended}`), expiresAt: new Date() });
      return undefined;
    });
    expect(await plain(through, ['prune'])).toMatchObject({ exitCode: 0 });
    expect(ended).toBe(1);
    expect(await plain(url, ['prune', '--check'])).toMatchObject({ exitCode: 3 });
  });
});

test.runIf(isExhaustive)('progress is reported every 10,000 sessions, also without a terminal', async () => {
  const { url, db } = await openDatabase();
  const over = Array.from({ length: 20_500 }, (_, at) => session(`${at}`, { updated: -20 * DAY }));
  await sessionsOf(db).insertMany(over);
  expect((await plain(url)).progress).toEqual([
    'delete sessions that are over (20500) …',
    '  10000 sessions so far',
    '  20000 sessions so far',
    '  20500 sessions so far',
    expect.stringMatching(/^create index .* …$/),
  ]);
});

describe('--encrypt', () => {
  /** More than one batch. */
  const leave600 = (db: Db) => {
    const keys = Array.from({ length: 600 }, (_, at) => `key-${at}`);
    return sessionsOf(db).insertMany(
      keys.map((key) => session(key, { data: JSON.stringify({ key }), cookie: {} })),
    );
  };

  test('encrypts payloads in plain text, and changes nothing else', async () => {
    const { url, db } = await openDatabase();
    await leave600(db);
    const found = await ofAll(db);

    expect(await encrypting(url, ['--check'], KEYS)).toMatchObject({ exitCode: 3, stderr: '' });
    expect(await encrypting(url, [], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    const data = expect.objectContaining({ _bsontype: 'Binary' });
    expect(await ofAll(db)).toEqual(found.map((document) => ({ ...document, data })));
    const store = await open(db, FEATURES.encrypt);
    for (const key of ['key-0', 'key-599']) expect(await store.get(key)).toEqual({ key });
    expect(await encrypting(url, ['--check'], KEYS)).toMatchObject({ exitCode: 0 });
  });

  test.each([
    { mode: '', note: 'note: the app refuses plain-text sessions (1): see the guide\n' },
    { mode: 'write', note: '' },
  ])('encrypts nothing while SESSION_PLAIN_TEXT is "$mode", and says what the app refuses', async (row) => {
    const { url, db } = await openDatabase();
    await encrypting(url, [], KEYS);
    await sessionsOf(db).insertOne(session('a'));
    const run = await encrypting(url, [], { ...KEYS, SESSION_PLAIN_TEXT: row.mode });
    expect(run).toMatchObject({ exitCode: 0, stderr: row.note });
    expect(await ofAll(db)).toEqual([session('a')]);
  });

  test('decrypts with SESSION_PLAIN_TEXT=write, and changes nothing else', async () => {
    const { url, db } = await openDatabase();
    await leave600(db);
    expect(await encrypting(url, [], KEYS)).toMatchObject({ exitCode: 0 });
    const encrypted = await ofAll(db);
    expect(await encrypting(url, [], { ...KEYS, SESSION_PLAIN_TEXT: '' })).toMatchObject({ exitCode: 0 });
    expect(await ofAll(db)).toEqual(encrypted);

    const run = await encrypting(url, [], { ...KEYS, SESSION_PLAIN_TEXT: 'write' });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planOf(run)).toContain('decrypt sessions (600)');
    const data = expect.stringMatching(/^{"key":/);
    expect(await ofAll(db)).toEqual(encrypted.map((document) => ({ ...document, data })));
    const after = await open(db, {});
    for (const key of ['key-0', 'key-599']) expect(await after.get(key)).toEqual({ key });
  });

  test('a session that the app writes while sessions are decrypted is not changed', async () => {
    const { url, db } = await openDatabase();
    const store = await open(db, FEATURES.encrypt);
    for (const key of ['a', 'b']) await store.set(key, { userId: 7 });
    const after = await open(db, {});
    const through = await beforeFirst('update', url, async () => {
      await store.destroy('a');
      await after.set('a', { userId: 8 });
    });
    const run = await encrypting(through, [], { ...KEYS, SESSION_PLAIN_TEXT: 'write' });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await after.get('a')).toEqual({ userId: 8 });
    expect(await after.get('b')).toEqual({ userId: 7 });
  });

  test('decrypts nothing of a session whose key is lost, and says so; a damaged session stays unreadable', async () => {
    const { url, db } = await openDatabase();
    const store = await open(db, FEATURES.encrypt);
    await store.set('a', { userId: 7 });
    const write = { ...KEYS, SESSION_PLAIN_TEXT: 'write' };
    const lost = { ...write, SESSION_ENCRYPTION_KEYS: Buffer.alloc(32, 2).toString('base64') };
    const run = await encrypting(url, [], lost);
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('clearUnreadable()') });
    const [readable] = await ofAll(db);
    // Moved from another session.
    await sessionsOf(db).insertOne(session('damaged', { data: readable?.data }));
    expect(await encrypting(url, [], write)).toMatchObject({ exitCode: 0, stderr: '' });
    const after = await open(db, {});
    expect(await after.get('a')).toEqual({ userId: 7 });
    expect(await after.get('damaged')).toBeUndefined();
  });

  test('needs the key', async () => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertOne(session('a'));
    expect(await encrypting(url, [], { ...KEYS, SESSION_ENCRYPTION_KEYS: '' })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('SESSION_ENCRYPTION_KEYS is not set'),
    });
    expect(await ofAll(db)).toEqual([session('a')]);
  });

  test.each([
    {
      what: 'a session that the app writes in the meantime is not changed',
      write: (db: Db) => open(db, FEATURES.encrypt).then((store) => store.set('a', { userId: 8 })),
      left: { userId: 8 },
    },
    {
      what: 'a session that an old app writes in the meantime is encrypted in the next round',
      write: (db: Db) => open(db, {}).then((store) => store.set('a', { userId: 8 })),
      left: { userId: 8 },
    },
    {
      what: 'a session that ends in the meantime stays ended',
      write: (db: Db) => open(db, {}).then((store) => store.destroy('a')),
      left: undefined,
    },
    {
      what: 'a session that ends and begins again under the same key and version stays the new one',
      write: async (db: Db) => {
        const store = await open(db, {});
        await store.destroy('a');
        await store.set('a', { userId: 8 });
      },
      left: { userId: 8 },
    },
  ])('$what', async ({ write, left }) => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertMany([session('a'), session('b')]);
    const through = await beforeFirst('update', url, () => write(db));
    expect(await encrypting(through, [], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    const store = await open(db, FEATURES.encrypt);
    expect(await store.get('a')).toEqual(left);
    expect(await store.get('b')).toMatchObject({ userId: 7 });
  });

  test('an old app that keeps writing makes the run fail', async () => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertOne(session('a'));
    const before = await open(db, {});
    let count = 0;
    const through = await between(url, async (name) => {
      if (name === 'update') await before.set('a', { count: count++ });
      return undefined;
    });
    const run = await encrypting(through, [], KEYS);
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.stderr).toContain(
      'another program goes on writing: stop it and run again. Left: encrypt sessions that are plain text (1)',
    );
  });
});

describe('encryption is turned on and off in steps, with processes in two adjacent steps at the same time', () => {
  const MODES = ['before', 'write', 'read', 'refuse'] as const;
  type Mode = (typeof MODES)[number];

  const openIn = async (db: Db, mode: Mode) => {
    if (mode === 'before') return open(db, {});
    const { connection, sessions } = await loadGenerated({ ...PLAIN, encrypt: true, connection: STYLES.db });
    const options = { ttl: 14 * DAY, encryptionKeys: [KEY] as [Buffer], plainText: mode };
    return new sessions.Sessions(connection.connect(db), options);
  };

  const use = async (store: GeneratedStore, value: number) => {
    const ctx = {};
    const found = await store.get('key', DAY, { ctx });
    await store.set('key', { ...found, value }, DAY, { ctx });
    return found?.value;
  };

  test.each([
    { steps: ['before', 'write'] },
    { steps: ['write', 'read'] },
    { steps: ['read', 'refuse'] },
    { steps: ['refuse', 'read'] },
    { steps: ['read', 'write'] },
    { steps: ['write', 'before'] },
  ] as const)('$steps: each can read what the other has written', async ({ steps: [one, other] }) => {
    const { db } = await openDatabase();
    const [first, second] = [await openIn(db, one), await openIn(db, other)];
    await first.set('key', { value: 0 });
    for (let value = 1; value < 5; value += 1) {
      expect(await use(value % 2 === 0 ? first : second, value)).toBe(value - 1);
    }
  });

  test('after the migration, nothing is lost, and plain text is no longer accepted', async () => {
    const { url, db } = await openDatabase();
    await (await openIn(db, 'write')).set('key', { value: 0 });
    expect(await encrypting(url, [], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    const store = await openIn(db, 'refuse');
    expect(await use(store, 1)).toBe(0);
    await (await openIn(db, 'before')).set('planted', { value: 0 });
    expect(await store.get('planted')).toBeUndefined();
  });

  test.each([
    { mode: 'read', from: 'before', type: 'binData' },
    { mode: 'write', from: 'read', type: 'string' },
  ] as const)(
    'in the mode $mode, a session that is only used is stored in the form of that mode',
    async ({ mode, from, type }) => {
      const { db } = await openDatabase();
      await (await openIn(db, from)).set('key', { value: 0 });
      await use(await openIn(db, mode), 0);
      expect(await sessionsOf(db).countDocuments({ data: { $type: type } })).toBe(1);
    },
  );

  test('any other mode prevents the start', async () => {
    const { url } = await openDatabase();
    const run = await encrypting(url, [], { ...KEYS, SESSION_PLAIN_TEXT: 'yes' });
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: 'error: SESSION_PLAIN_TEXT is `read` or `write`, or not set.\n',
    });
  });
});

describe('--user-key', () => {
  const RIGHT = [{ key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 0 }] as const;

  test('adds the users to existing sessions, even if the index already exists', async () => {
    const { url, db } = await openDatabase();
    await naming(url);
    const some = Array.from({ length: 600 }, (_, at) => session(`${at}`));
    const nobodys = [session('nobody', { data: '{}' }), session('damaged', { data: '{' })];
    await sessionsOf(db).insertMany([...some, ...nobodys]);
    const run = await naming(url);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planOf(run)).toEqual(['store the users of sessions (at most 600)']);
    expect(await sessionsOf(db).countDocuments({ user: '7', version: 1 })).toBe(600);
    expect(await sessionsOf(db).countDocuments({ user: { $exists: false } })).toBe(2);
    expect(await naming(url, ['--check'])).toMatchObject({ exitCode: 0 });
  });

  test.each([
    { path: 'userId', payload: { userId: 'ann' }, user: 'ann' },
    { path: 'passport.user', payload: { passport: { user: 'a"b\\c' } }, user: 'a"b\\c' },
    { path: 'user.$id', payload: { user: { $id: '.*' } }, user: '.*' },
    { path: 'Übung_1', payload: { Übung_1: 'ü\u2028😀' }, user: 'ü\u2028😀' },
    { path: 'userId', payload: { userId: -0.5 }, user: '-0.5' },
  ])('finds $user at $path', async ({ path, payload, user }) => {
    const { url, db } = await openDatabase();
    const odd = await loadMigration({ userKey: path });
    await sessionsOf(db).insertOne(session('a', { data: JSON.stringify(payload) }));
    expect(await odd(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await ofAll(db)).toMatchObject([{ user }]);
    expect(await odd(url, ['--check'])).toMatchObject({ exitCode: 0 });
  });

  test('does not read the sessions of visitors who never logged in', async () => {
    const { url, db } = await openDatabase();
    await naming(url);
    const visitors = Array.from({ length: 600 }, (_, at) => session(`${at}`, { data: '{"views":1}' }));
    await sessionsOf(db).insertMany([...visitors, session('user')]);
    const read: string[] = [];
    const through = await between(url, (name, { filter }) => {
      if (name === 'find' && filter.$nor && filter.user) read.push(JSON.stringify(filter.data));
      expect(name).not.toBe('getMore');
      return undefined;
    });
    expect(planOf(await naming(through))).toEqual(['store the users of sessions (at most 1)']);
    expect(new Set(read)).toEqual(new Set([JSON.stringify({ $regex: String.raw`\"userId\"` })]));
  });

  test.each([
    { what: 'added together with encryption', encrypted: false },
    { what: 'added after encryption', encrypted: true },
  ])('$what, finds the users of all sessions', async ({ encrypted }) => {
    const { url, db } = await openDatabase();
    const before = await open(db, encrypted ? FEATURES.encrypt : {});
    for (const key of ['a', 'b']) await before.set(key, { userId: 7 });
    await sessionsOf(db).createIndexes([...RIGHT]);
    expect(await doingBoth(url, [], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    const store = await open(db, { ...FEATURES.encrypt, ...FEATURES['user-key'] });
    expect(await store.listByUser(7)).toHaveLength(2);
    expect(JSON.stringify(await ofAll(db))).not.toContain('userId');
  });

  test('fails while an encryption key is missing, since nobody knows whose sessions those are', async () => {
    const { url, db } = await openDatabase();
    const before = await open(db, FEATURES.encrypt);
    await before.set('a', { userId: 7 });
    const other = Buffer.alloc(32, 2).toString('base64');
    for (const args of [[], ['--check']]) {
      const run = await doingBoth(url, args, { ...KEYS, SESSION_ENCRYPTION_KEYS: other });
      expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('clearUnreadable()') });
    }
    const all = { ...KEYS, SESSION_ENCRYPTION_KEYS: `${other},${KEYS.SESSION_ENCRYPTION_KEYS}` };
    expect(await doingBoth(url, [], all)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await ofAll(db)).toMatchObject([{ user: '7' }]);
  });
});

test('reads all sessions in the order in which they are stored, since that of an index is random', async () => {
  const { url, db } = await openDatabase();
  await sessionsOf(db).insertMany(Array.from({ length: 1500 }, (_, at) => session(`${at}`)));
  const filters: Document[] = [];
  const through = await between(url, (name, { filter, pipeline }) => {
    const read = name === 'find' ? filter : name === 'aggregate' && pipeline[0].$match;
    if (read?.$nor) filters.push(read);
    return undefined;
  });
  expect(await doingBoth(through, [], KEYS)).toMatchObject({ exitCode: 0 });
  expect(filters.length).toBeGreaterThan(4);
  // The stand-in has no `explain`.
  if (inject('mongo').kind === 'stand-in') return;
  for (const filter of filters) {
    const { queryPlanner } = await sessionsOf(db).find(filter).explain('queryPlanner');
    expect(JSON.stringify(queryPlanner.winningPlan)).not.toContain('IXSCAN');
  }
});

test('a pool of one connection is enough for the plan, however long a search of all sessions takes', async () => {
  // In the other styles, the time that a call waits for a connection is fixed.
  const both = await loadMigration({
    ...FEATURES.encrypt,
    ...FEATURES['user-key'],
    connection: STYLES.db,
  });
  const { url, db } = await openDatabase();
  await sessionsOf(db).insertOne(session('a', { data: '{}' }));
  const through = await between(url, async (name) => {
    if (name === 'aggregate') await new Promise((resolve) => setTimeout(resolve, 800));
    return undefined;
  });
  const impatient = withOption(withOption(through, 'maxPoolSize', '1'), 'waitQueueTimeoutMS', '500');
  expect(await both(impatient, ['--check'], KEYS)).toMatchObject({ exitCode: 3, stderr: '' });
});

test.each([
  { work: 'copying', migrate: plain, args: ['--from', 'old'], collection: 'old' },
  { work: 'copying and encrypting', migrate: encrypting, args: ['--from', 'old'], collection: 'old' },
  { work: 'naming', migrate: naming, args: [], collection: 'sessions' },
])(
  'while old processes go on writing, a run that is $work ends, and leaves the rest to a later one',
  async (row) => {
    const { url, db } = await openDatabase();
    const { connection, sessions } = await loadGenerated({
      ...PLAIN,
      collection: row.collection,
      connection: STYLES.db,
    });
    const before = new sessions.Sessions(connection.connect(db), { ttl: 14 * DAY, userKey: 'userId' });
    await before.set('a', { userId: 7 });
    let views = 0;
    const through = await between(url, async (name, { update }) => {
      if (name !== 'update' || update !== row.collection) return undefined;
      views += 1;
      await before.set('a', { userId: 7, views });
      return undefined;
    });
    expect(await row.migrate(through, row.args, KEYS)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^done, and verified\nrun it again when no old process is running: .*1\)$/m,
      ),
    });
    expect(views).toBe(3);
    expect(await row.migrate(url, [...row.args, '--check'], KEYS)).toMatchObject({ exitCode: 3 });
    expect(await row.migrate(url, row.args, KEYS)).toMatchObject({
      exitCode: 0,
      stdout: expect.not.stringContaining('again'),
    });
    expect(await row.migrate(url, [...row.args, '--check'], KEYS)).toMatchObject({ exitCode: 0 });
  },
);

describe('--from', () => {
  const args = ['--from', 'old'];

  test('copies the unexpired sessions of this store, and keeps the old collection', async () => {
    const { url, db } = await openDatabase();
    const foreign: Stored = { _id: 'of others', expiresAt: new Date(NOW + DAY) };
    const living = Array.from({ length: 600 }, (_, at) => session(`${at}`));
    const over = session('over', { updated: -20 * DAY });
    await sessionsOf(db, 'old').insertMany([...living, over, foreign]);
    const run = await plain(url, args);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planOf(run)[1]).toBe('copy sessions from old (600)');
    expect(await ofAll(db)).toEqual(living.toSorted((a, b) => (a._id < b._id ? -1 : 1)));
    const old = await sessionsOf(db, 'old')
      .find({}, { projection: { copied: 0 } })
      .toArray();
    expect(old).toEqual([...living, over, foreign]);
    expect(await plain(url, [...args, '--check'])).toMatchObject({ exitCode: 0 });
  });

  test.each([
    { holds: 'does not exist' },
    { holds: 'holds only what is of others', documents: [{ _id: 'ann', expiresAt: new Date(NOW + DAY) }] },
  ])('refuses a collection that $holds, before the first change', async ({ documents = [] }) => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
    if (documents.length > 0) await sessionsOf(db, 'odl').insertMany(documents);
    for (const options of [['--check'], []]) {
      const run = await plain(url, [...options, '--from', 'odl']);
      const stderr = 'error: there is no collection odl with sessions of this store\n';
      expect(run).toMatchObject({ exitCode: 4, stdout: '', stderr });
    }
    expect(await sessionsOf(db).countDocuments()).toBe(1);
  });

  test('refuses a view, in which it could not mark what it has copied', async ({ skip }) => {
    if (inject('mongo').kind === 'stand-in') skip('the stand-in has no views');
    const { url, db } = await openDatabase();
    await sessionsOf(db, 'old').insertOne(session('a'));
    await db.createCollection('odl', { viewOn: 'old' });
    expect(await plain(url, ['--from', 'odl'])).toMatchObject({ exitCode: 4, stdout: '' });
  });

  test.each([
    { holds: 'is empty, such as one that nobody has used', documents: [] },
    { holds: 'holds expired sessions', documents: [session('over', { updated: -20 * DAY })] },
    {
      holds: 'holds notes about adopted sessions',
      documents: [{ _id: 'ended', until: new Date(NOW), expiresAt: new Date(NOW + DAY) }],
    },
  ])('has nothing to copy from a collection that $holds', async ({ documents }) => {
    const { url, db } = await openDatabase();
    await sessionsOf(db, 'old').createIndex({ expiresAt: 1 });
    if (documents.length > 0) await sessionsOf(db, 'old').insertMany(documents);
    expect(await plain(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await sessionsOf(db).countDocuments()).toBe(0);
  });

  test('in a second run, copies new and changed sessions, but none that ended in the new collection', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db), await open(db, {})];
    for (const key of ['kept', 'changed', 'ended', 'ended, then used'])
      await old.set(key, { state: 'first' });
    await plain(url, args);
    await old.set('came', { state: 'new' });
    await store.set('kept', { state: 'here' });
    await old.set('changed', { state: 'there' });
    for (const key of ['ended', 'ended, then used']) await store.destroy(key);
    await old.set('ended, then used', { state: 'there' });

    expect(await plain(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('came')).toEqual({ state: 'new' });
    expect(await store.get('kept')).toEqual({ state: 'here' });
    expect(await store.get('changed')).toEqual({ state: 'there' });
    expect(await store.get('ended')).toBeUndefined();
    expect(await store.get('ended, then used')).toBeUndefined();
  });

  test('a session that is used between its copy and the mark has its later state', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db), await open(db, {})];
    await old.set('used', { state: 'first' });
    let isUsed = false;
    const through = await between(url, async (name, { update }) => {
      if (name !== 'update' || update !== 'old' || isUsed) return undefined;
      isUsed = true;
      await old.set('used', { state: 'later' });
      return undefined;
    });
    expect(await plain(through, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(isUsed).toBe(true);
    expect(await store.get('used')).toEqual({ state: 'later' });
  });

  test('a session that is used after a run was stopped between its copy and the mark has its later state', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db), await open(db, {})];
    await old.set('used', { state: 'first' });
    const stopped = await between(url, (name, { update }) =>
      name === 'update' && update === 'old' ? { ok: 0, code: 11600, errmsg: 'shut down' } : undefined,
    );
    expect(await plain(stopped, args)).toMatchObject({ exitCode: 6 });
    expect(await store.get('used')).toEqual({ state: 'first' });
    await old.set('used', { state: 'later' });
    expect(await plain(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('used')).toEqual({ state: 'later' });
  });

  test('on the way back, and there again, sessions have their latest state, and those that ended stay ended', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db), await open(db, {})];
    for (const key of ['unused', 'changed', 'ended']) await old.set(key, { state: 'first' });
    await plain(url, args);
    await store.set('changed', { state: 'later' });
    await store.destroy('ended');

    expect(await back(url, ['--from', 'sessions'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await old.get('unused')).toEqual({ state: 'first' });
    expect(await old.get('changed')).toEqual({ state: 'later' });
    expect(await old.get('ended')).toBeUndefined();

    await old.destroy('unused');
    expect(await plain(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('unused')).toBeUndefined();
    expect(await store.get('changed')).toEqual({ state: 'later' });
  });

  test.each([
    { when: 'before a second run', usedIn: 'old', run: plain, from: 'old', to: 'sessions' },
    { when: 'before the way back', usedIn: 'sessions', run: back, from: 'sessions', to: 'old' },
  ] as const)(
    'a session that a server with a slow clock changes after its copy, $when, has its later state',
    async ({ usedIn, run, from, to }) => {
      onTestFinished(() => void vi.useRealTimers());
      const { url, db } = await openDatabase();
      const stores = { old: await openOld(db), sessions: await open(db, {}) };
      await stores.old.set('key', { state: 'first' });
      await plain(url, args);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 });
      await stores[usedIn].set('key', { state: 'later' });
      vi.useRealTimers();
      expect(await run(url, ['--from', from])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await stores[to].get('key')).toEqual({ state: 'later' });
    },
  );

  test('what was copied to another collection is copied to this one, too, and is not deleted there', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db), await open(db, {})];
    await old.set('key', { state: 'first' });
    const elsewhere = await loadMigration({ ...COPIES, collection: 'elsewhere' });
    await elsewhere(url, args);
    expect(await plain(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('key')).toEqual({ state: 'first' });
    await elsewhere(url, args);
    await sessionsOf(db, 'older').insertOne(session('other'));
    expect(await back(url, ['--from', 'older'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await old.get('key')).toEqual({ state: 'first' });
  });

  test('a user who was logged in stays logged in, with the same cookie', async () => {
    const { url, db } = await openDatabase();
    const ctx = {};
    const old = await openOld(db);
    await old.set('key', { userId: 7 }, DAY);
    await plain(url, args);
    const store = await open(db, {});
    const found = await store.get('key', DAY, { ctx });
    await store.set('key', { ...found, views: 1 }, DAY, { ctx });
    expect(await store.get('key')).toEqual({ userId: 7, views: 1 });
    expect(await old.get('key')).toEqual({ userId: 7 });
  });

  test('takes the user from a copy who logged out at an old process', async () => {
    const { url, db } = await openDatabase();
    const [old, store] = [await openOld(db, FEATURES['user-key']), await open(db, FEATURES['user-key'])];
    await old.set('key', { userId: 'ann' });
    await copyingNamed(url, args);
    await old.set('key', { guest: true });
    expect(await copyingNamed(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.listByUser('ann')).toEqual([]);
    expect(await store.get('key')).toEqual({ guest: true });
  });

  test('copies the notes about adopted sessions, so that none comes back that has ended', async () => {
    const { url, db } = await openDatabase();
    const note = (_id: string, days: number): Stored => ({
      _id,
      until: new Date(NOW - days * DAY),
      expiresAt: new Date(NOW + days * DAY),
    });
    await sessionsOf(db, 'old').insertMany([note('ended', 2), note('adopted:a', 1), session('a')]);
    await sessionsOf(db).insertOne(note('ended', 1));
    expect(await copyingAdopted(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    const ended = { ...note('ended', 1), expiresAt: note('ended', 2).expiresAt };
    expect(await ofAll(db)).toEqual([note('adopted:a', 1), ended, session('a')]);
    expect(await copyingAdopted(url, [...args, '--check'])).toMatchObject({ exitCode: 0 });
  });

  test('encrypts the copied sessions', async () => {
    const { url, db } = await openDatabase();
    await sessionsOf(db, 'old').insertOne(session('a'));
    expect(await encrypting(url, args, KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await sessionsOf(db).countDocuments({ data: { $type: 'binData' } })).toBe(1);
  });

  async function openOld(db: Db, features: Partial<Settings> = {}): Promise<GeneratedStore> {
    const { connection, sessions } = await loadGenerated({
      ...PLAIN,
      ...features,
      collection: 'old',
      connection: STYLES.db,
    });
    return new sessions.Sessions(connection.connect(db), { ttl: 14 * DAY, userKey: 'userId' });
  }
});
