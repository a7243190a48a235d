import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { FEATURES, type GeneratedStore, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { DAY, NOW } from '../support/old-stores.ts';
import { hash, makeProject, openDatabase, planOf, SCRIPT, sessionsOf } from './project.ts';
import { between } from './proxy.ts';

const encrypting = makeProject(FEATURES.encrypt);
const withUsers = makeProject({ ...FEATURES.encrypt, ...FEATURES['user-key'] });
const KEY = Buffer.alloc(32, 1);
const KEYS = { SESSION_ENCRYPTION_KEYS: KEY.toString('base64') };
const PLAN = /^encrypt sessions that are plain text \((\d+)\): .* agree only when encryption is new$/;

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A store of the app as it is generated with these features. */
async function open(db: Db, features: Partial<Settings>): Promise<GeneratedStore> {
  const { connection, sessions: module } = await loadGenerated({
    ...PLAIN,
    ...features,
    connection: STYLES.db,
  });
  const options = { ttl: DAY, userKey: 'userId', encryptionKeys: [KEY] as [Buffer] };
  return new module.Sessions(connection.connect(db), options);
}

/** A project that has these sessions, by their keys, from before there was encryption. */
async function fromBefore(keys: readonly string[]) {
  const { url, db } = await openDatabase(server);
  const plain = await open(db, {});
  for (const key of keys) await plain.set(key, { userId: 7, key });
  return { url, db, plain, store: await open(db, FEATURES.encrypt) };
}

function count(run: { stdout: string }): number {
  const [, found = 0] = planOf(run).flatMap((line) => PLAN.exec(line) ?? []);
  return Number(found);
}

const many = Array.from({ length: 1001 }, (_, at) => `key-${at}`);

test('sessions from before there was encryption are none until they are encrypted, and then are as they were', async () => {
  const { url, db, store } = await fromBefore(many);
  const found = await sessionsOf(db).find().sort({ _id: 1 }).toArray();
  expect(await store.get('key-1')).toBeUndefined();

  const look = await encrypting.start(url, ['--check'], KEYS);
  expect(look).toMatchObject({ exitCode: 3, stderr: '' });
  expect(count(look)).toBe(1001);
  expect(await encrypting.start(url, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });

  const encrypted = await sessionsOf(db).find().sort({ _id: 1 }).toArray();
  const ofData = { data: expect.objectContaining({ _bsontype: 'Binary' }) };
  expect(encrypted).toEqual(found.map((document) => ({ ...document, ...ofData })));
  for (const key of ['key-0', 'key-999', 'key-1000'])
    expect(await store.get(key)).toEqual({ userId: 7, key });
  expect(await encrypting.start(url, ['--check'], KEYS)).toMatchObject({ exitCode: 0 });
});

test('a request goes on in a session that was encrypted by the script', async () => {
  const { url, store } = await fromBefore(['a']);
  await encrypting.start(url, ['--yes'], KEYS);
  const ctx = {};
  const session = await store.get('a', DAY, { ctx });
  await store.set('a', { ...session, views: 1 }, DAY, { ctx });
  expect(await store.get('a')).toEqual({ userId: 7, key: 'a', views: 1 });
});

test('nothing is encrypted without consent, for whoever writes to the database could have put it there', async () => {
  const { url, db } = await fromBefore(['a']);
  const run = await encrypting.start(url, [], KEYS);
  expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('nothing was changed') });
  expect(run.stderr).toContain('agree only when encryption is new');
  expect(await sessionsOf(db).countDocuments({ data: { $type: 'string' } })).toBe(1);
});

test('without its key no session is changed', async () => {
  const { url, db } = await fromBefore(['a']);
  const run = await encrypting.start(url, ['--yes']);
  expect(run).toMatchObject({ exitCode: 1 });
  expect(run.stderr).toContain('SESSION_ENCRYPTION_KEYS is not set');
  expect(await sessionsOf(db).countDocuments({ data: { $type: 'string' } })).toBe(1);
});

test('the script of a project without encryption says nothing of it', () => {
  const textOf = (features: Partial<Settings>) => {
    return renderFiles({ ...PLAIN, ...features }, templates).find(({ path }) => path === SCRIPT)?.text;
  };
  expect(textOf({})).not.toMatch(/crypt|cipher|promoteBuffers/i);
  expect(textOf(FEATURES['user-key'])).not.toMatch(/crypt|cipher|promoteBuffers/i);
  expect(textOf(FEATURES.encrypt)).toMatch(/crypt/);
});

test('what is over, and what is no session of this store, is left alone', async () => {
  const { url, db } = await fromBefore([]);
  const ours = { cookie: {}, createdAt: new Date(NOW), updatedAt: new Date(NOW), data: '{}' };
  const documents = [
    { ...ours, _id: 'over', version: 1, expiresAt: new Date(NOW - DAY) },
    { ...ours, _id: 'no version', expiresAt: new Date(NOW + DAY) },
    { ...ours, _id: 'no end', version: 1, expiresAt: 'soon' },
    { ...ours, _id: 'bytes', version: 1, expiresAt: new Date(NOW + DAY), data: Buffer.from('{}') },
  ];
  await encrypting.start(url, [], KEYS);
  await sessionsOf(db).insertMany(documents);
  const kept = await sessionsOf(db).find().toArray();
  expect(await encrypting.start(url, ['--check'], KEYS)).toMatchObject({ exitCode: 0 });
  expect(await sessionsOf(db).find().toArray()).toEqual(kept);
});

describe('written while the script is at work', () => {
  /** Does this between the script's read of the sessions and its write. */
  async function beforeWriting(url: string, write: () => Promise<unknown>): Promise<string> {
    let isFirst = true;
    return between(url, async (command) => {
      if (command !== 'update' || !isFirst) return undefined;
      isFirst = false;
      await write();
      return undefined;
    });
  }

  test('a session of the app that encrypts is left as that wrote it', async () => {
    const { url, store } = await fromBefore(['a', 'b']);
    const through = await beforeWriting(url, () => store.set('a', { userId: 8 }));
    expect(await encrypting.start(through, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('a')).toEqual({ userId: 8 });
    expect(await store.get('b')).toEqual({ userId: 7, key: 'b' });
  });

  test('a session of an app from before is no success, loses nothing, and is encrypted by the next run', async () => {
    const { url, store, plain } = await fromBefore(['a', 'b']);
    const through = await beforeWriting(url, () => plain.set('a', { userId: 8 }));
    const run = await encrypting.start(through, ['--yes'], KEYS);
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.stderr).toContain('another program is writing');
    expect(run.stderr).toContain('encrypt sessions that are plain text (1)');
    expect(await plain.get('a')).toEqual({ userId: 8 });

    expect(await encrypting.start(url, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.get('a')).toEqual({ userId: 8 });
  });

  test('a session that was ended stays ended', async () => {
    const { url, db, store } = await fromBefore(['a']);
    const through = await beforeWriting(url, () => store.destroy('a'));
    expect(await encrypting.start(through, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await sessionsOf(db).countDocuments()).toBe(0);
  });
});

test.each([0, 1, 2])(
  'killed after %i batches, it loses nothing, and the next run takes up what is left',
  async (batches) => {
    const { url, db, store, plain } = await fromBefore(many);
    let updates = 0;
    const through = await between(url, (command) => {
      if (command !== 'update') return undefined;
      if (updates === batches) running.kill('SIGKILL');
      updates += 1;
      return undefined;
    });
    const running = encrypting.start(through, ['--yes'], KEYS);
    expect(await running).toMatchObject({ signal: 'SIGKILL' });
    for (const key of ['key-0', 'key-500', 'key-1000']) {
      expect((await store.get(key)) ?? (await plain.get(key))).toEqual({ userId: 7, key });
    }
    expect(await encrypting.start(url, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await store.count()).toBe(1001);
    expect(await sessionsOf(db).countDocuments({ data: { $type: 'string' } })).toBe(0);
  },
);

describe('a user key', () => {
  test('that is as new as encryption finds the users of all sessions', async () => {
    const { url, db } = await fromBefore(['a', 'b', 'c']);
    expect(await withUsers.start(url, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    const store = await open(db, { ...FEATURES.encrypt, ...FEATURES['user-key'] });
    expect(await store.listByUser(7)).toHaveLength(3);
  });

  test('that is newer than encryption finds the users in what is encrypted', async () => {
    const { url, db, store } = await fromBefore([]);
    await store.set('a', { userId: 7 });
    expect(await withUsers.start(url, [], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await sessionsOf(db).find().toArray()).toMatchObject([{ _id: hash('a'), user: '7', version: 1 }]);
  });
});
