import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Keygrip from 'keygrip';
import Koa from 'koa';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FEATURES, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { listen } from '../support/listen.ts';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { DAY, fromMongoose, NOW, OLD_SESSIONS, type OldSession } from './old-stores.ts';
import { hash, makeProject, openDatabase, planOf, type Stored, sessionsOf } from './project.ts';

const project = makeProject();
const edited = makeProject();
const brief = makeProject({ ttl: 90 * 60, absoluteTtl: DAY / 1000 });
const full = makeProject({ ...FEATURES.all, connection: STYLES.db });

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function leave(db: Db, { document, index }: OldSession): Promise<void> {
  await sessionsOf(db).createIndex({ [index.field]: 1 }, { expireAfterSeconds: index.ttl });
  await sessionsOf(db).insertOne(document);
}

/** What the app sees in `ctx.session` when a browser comes back with its old cookie. */
async function comeBack(db: Db, key: string): Promise<unknown> {
  const app = new Koa();
  app.keys = ['the old key'];
  const { index } = await loadGenerated({ ...PLAIN, connection: { style: 'db' } });
  index.sessions(app, db);
  app.use((ctx) => {
    ctx.body = ctx.session;
  });
  const cookie = `koa.sess=${key}`;
  const signature = new Keygrip(['the old key']).sign(cookie);
  const response = await fetch(await listen(app), {
    headers: { cookie: `${cookie}; koa.sess.sig=${signature}` },
  });
  return response.json();
}

describe.each(OLD_SESSIONS)('a session of $store ($key)', (old) => {
  test('is still logged in afterwards', async () => {
    const { url, db } = await openDatabase(server);
    await leave(db, old);

    const run = await project.start(url, ['--yes']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planOf(run).join('\n')).toContain(`take over sessions of ${old.store} from sessions (1)`);
    expect(await comeBack(db, old.key)).toEqual(old.data);
  });

  test('is one of this store then', async () => {
    const { url, db } = await openDatabase(server);
    await leave(db, old);
    await project.start(url, ['--yes']);

    const [document, ...others] = await sessionsOf(db).find().toArray();
    expect(others).toEqual([]);
    expect(document).toEqual({
      _id: hash(old.key),
      data: expect.any(String),
      cookie: old.cookie,
      expiresAt: old.expiresAt,
      createdAt: old.updatedAt,
      updatedAt: old.updatedAt,
      version: 1,
    });
    expect(JSON.parse(String(document?.data))).toEqual(old.data);
    const indexes = await sessionsOf(db).listIndexes().toArray();
    expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'expiresAt_1']);
    const again = await project.start(url, ['--check']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
  });
});

test('the owner of a session is found by its user, in a payload that nobody can read', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertMany([fromMongoose('a', { userId: 7 }), fromMongoose('b', { views: 1 })]);
  const keys = { SESSION_ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64') };
  expect(await full.start(url, ['--yes'], keys)).toMatchObject({ exitCode: 0 });

  const { connection, store } = await loadGenerated({ ...PLAIN, ...FEATURES.all, connection: STYLES.db });
  const sessions = new store.MongoSessionStore(connection.connect(db), {
    ttl: DAY,
    absoluteTtl: 30 * DAY,
    touchAfter: 1,
    userKey: 'userId',
    encryptionKeys: [Buffer.alloc(32, 1)],
  });
  expect(await sessions.load('a')).toEqual({ userId: 7 });
  expect(await sessions.listByUser('7')).toMatchObject([{ payload: { userId: 7 } }]);
  expect(JSON.stringify(await sessionsOf(db).find().toArray())).not.toContain('userId');
});

test('without its encryption key no session is changed', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertOne(fromMongoose('a', { userId: 7 }));
  const run = await full.start(url, ['--yes']);
  expect(run).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SESSION_ENCRYPTION_KEYS is not set'),
  });
  expect(await sessionsOf(db).find().toArray()).toEqual([fromMongoose('a', { userId: 7 })]);
});

test('nothing is taken over without consent', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertOne(fromMongoose('a', {}));
  const run = await project.start(url);
  expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('nothing was changed') });
  expect(run.stderr).toContain('--yes');
  expect(await sessionsOf(db).find().toArray()).toEqual([fromMongoose('a', {})]);
  expect(await sessionsOf(db).listIndexes().toArray()).toHaveLength(1);
});

test.each([
  { which: 'the new store', newer: NOW, data: { from: 'new' }, version: 5 },
  { which: 'the old store', newer: NOW - 2 * DAY, data: { from: 'old' }, version: 6 },
])(
  'of a session in both stores, the state of $which counts when it is the later one',
  async ({ newer, data, version }) => {
    const { url, db } = await openDatabase(server);
    await sessionsOf(db).insertMany([
      fromMongoose('a', { from: 'old' }),
      {
        _id: hash('a'),
        data: JSON.stringify({ from: 'new' }),
        cookie: {},
        expiresAt: new Date(NOW + DAY),
        createdAt: new Date(newer),
        updatedAt: new Date(newer),
        version: 5,
      },
    ]);
    expect(await project.start(url, ['--yes'])).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toMatchObject([
      { _id: hash('a'), data: JSON.stringify(data), version },
    ]);
  },
);

test.each([
  { what: 'damaged JSON', session: '{"userId":' },
  { what: 'no object', session: '"text"' },
  { what: 'too long a key', _id: 'k'.repeat(20_000), session: '{"cookie":{}}' },
  { what: "connect-mongo's encryption", session: '{"hmac":"5f","ct":"9a","at":"1b"}' },
])('what cannot be read ($what) is left as it is until its time is over', async ({ session, _id = 'a' }) => {
  const { url, db } = await openDatabase(server);
  const document = { _id, session, expires: new Date(NOW + DAY) };
  await sessionsOf(db).insertOne(document);
  expect(await project.start(url, ['--yes'])).toMatchObject({ exitCode: 0 });
  expect(await sessionsOf(db).find().toArray()).toEqual([{ ...document, expiresAt: new Date(NOW + DAY) }]);
  expect(await project.start(url, ['--check'])).toMatchObject({ exitCode: 0 });
});

test('a session that was kept for longer than ours, and whose last write is unknown, begins by now', async () => {
  const { url, db } = await openDatabase(server);
  const session = { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' } };
  await sessionsOf(db).insertOne({ _id: 'a', session, expires: new Date(NOW + 14 * DAY) });
  expect(await brief.start(url, ['--yes'])).toMatchObject({ exitCode: 0 });
  const [document] = await sessionsOf(db).find().toArray();
  const createdAt = Number(document?.createdAt);
  expect(createdAt).toBeLessThanOrEqual(Date.now());
  expect(document).toMatchObject({ updatedAt: new Date(createdAt), expiresAt: new Date(createdAt + DAY) });
});

test('documents of other kinds are left alone, and mentioned', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertMany([{ _id: 'settings', dark: true }, fromMongoose('a', {})]);
  const run = await project.start(url, ['--yes']);
  expect(run).toMatchObject({
    exitCode: 0,
    stderr: 'note: 1 documents of sessions are not sessions of a known store',
  });
  expect(await sessionsOf(db).find({ _id: 'settings' }).toArray()).toEqual([{ _id: 'settings', dark: true }]);
});

test('sessions come from another collection, whose own index says when they end', async () => {
  const { url, db } = await openDatabase(server);
  const old = db.collection<Stored>('old sessions');
  await old.createIndex({ updatedAt: 1 }, { expireAfterSeconds: 2 * 24 * 60 * 60 });
  await old.insertOne(fromMongoose('a', { views: 1 }));
  expect(await project.start(url, ['--yes', '--from', 'old sessions'])).toMatchObject({ exitCode: 0 });
  expect(await sessionsOf(db).find().toArray()).toMatchObject([
    { _id: hash('a'), expiresAt: new Date(NOW + DAY) },
  ]);
  expect(await old.countDocuments()).toBe(0);
});

// The two cases that the comment of toKey names: what the cookie holds is not the id that the old store used.
test.each([
  { of: 'koa-generic-session', id: 'koa:sess:k', toKey: "id.replace(/^koa:sess:/, '')", cookie: 'k' },
  { of: 'koa-session-store', id: 'k', toKey: 'JSON.stringify({ _sid: id })', cookie: '{"_sid":"k"}' },
])('the key is the one that the cookie of $of holds, once toKey says how', async ({ id, toKey, cookie }) => {
  const { url, db } = await openDatabase(server);
  const file = join(edited.folder, 'scripts/adopt-sessions.ts');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(toKey);
  writeFileSync(file, text.replace('  return id;', `  return ${toKey};`));
  onTestFinished(() => writeFileSync(file, text));
  await sessionsOf(db).insertOne(fromMongoose(id, { userId: 7 }));
  expect(await edited.start(url, ['--yes'])).toMatchObject({ exitCode: 0 });
  expect(await comeBack(db, cookie)).toEqual({ userId: 7 });
});
