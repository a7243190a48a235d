import type { Db } from 'mongodb';
import { expect, test } from 'vitest';
import { FEATURES, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { sample } from '../support/sampling.ts';
import {
  COPIES,
  DAY,
  hash,
  loadMigration,
  makeProject,
  openDatabase,
  session,
  sessionsOf,
} from './project.ts';
import { between } from './proxy.ts';

const FEATURE = { ...COPIES, ...FEATURES.encrypt, ...FEATURES['user-key'] };
const migrate = await loadMigration(FEATURE);
const start = makeProject(FEATURE);

const KEY = Buffer.alloc(32, 1);
const KEYS = { SESSION_ENCRYPTION_KEYS: KEY.toString('base64'), SESSION_PLAIN_TEXT: 'read' };
const ARGS = ['--from', 'old'];
const STEPS = [
  'listIndexes',
  'listCollections',
  'find',
  'aggregate',
  'createIndexes',
  'dropIndexes',
  'update',
  'delete',
];

/** A database in which the migration has something of each kind to do. */
async function leave(): Promise<{ url: string; db: Db }> {
  const { url, db } = await openDatabase();
  await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 3600 });
  await sessionsOf(db).insertMany([session('a'), session('b'), session('over', { updated: -40 * DAY })]);
  await sessionsOf(db, 'old').insertMany([session('c'), session('d')]);
  return { url, db };
}

async function expectDone(db: Db): Promise<void> {
  const { connection, sessions } = await loadGenerated({ ...PLAIN, ...FEATURE, connection: STYLES.db });
  const store = new sessions.Sessions(connection.connect(db), {
    ttl: 14 * DAY,
    userKey: 'userId',
    encryptionKeys: [KEY],
  });
  const ids = (await sessionsOf(db).find().toArray()).map(({ _id }) => _id);
  expect(ids.toSorted()).toEqual(['a', 'b', 'c', 'd'].map(hash).sort());
  for (const key of ['a', 'b', 'c', 'd']) expect(await store.get(key)).toMatchObject({ userId: 7 });
  expect(await store.listByUser(7)).toHaveLength(4);
  const indexes = await sessionsOf(db).listIndexes().toArray();
  expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'session_ttl', 'session_user']);
}

/** Passes the given number of steps on. Afterwards, the server reports a shutdown until the test ends. */
async function cutAfter(url: string, steps: number): Promise<{ through: string; count: () => number }> {
  let count = 0;
  const through = await between(url, (name) => {
    if (!STEPS.includes(name)) return undefined;
    count += 1;
    return count > steps
      ? { ok: 0, code: 11600, codeName: 'InterruptedAtShutdown', errmsg: 'shut down' }
      : undefined;
  });
  return { through, count: () => count };
}

test('a run that is stopped after any step loses nothing, and the next run continues', async () => {
  const whole = await leave();
  const { through, count } = await cutAfter(whole.url, Number.POSITIVE_INFINITY);
  expect(await migrate(through, ARGS, KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
  await expectDone(whole.db);

  expect(count()).toBeGreaterThan(20);
  for (const steps of sample([...Array(count()).keys()], 3)) {
    const { url, db } = await leave();
    const cut = await cutAfter(url, steps);
    const run = await migrate(cut.through, ARGS, KEYS);
    expect(run, `${steps} steps`).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('Run it again'),
    });
    expect(await migrate(url, ARGS, KEYS), `${steps} steps`).toMatchObject({ exitCode: 0, stderr: '' });
    await expectDone(db);
  }
});

test.each(sample<'SIGKILL' | 'SIGINT' | 'SIGTERM'>(['SIGKILL', 'SIGINT', 'SIGTERM'], 1))(
  'a run that is ended by %s loses nothing, and the next run completes it',
  async (signal) => {
    const { url, db } = await leave();
    const through = await between(url, (name) => {
      if (name === 'update') running.kill(signal);
      return undefined;
    });
    const running = start(through, ARGS, KEYS);
    expect(await running.ended).toMatchObject({ signal });
    expect(await migrate(url, ARGS, KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
    await expectDone(db);
  },
);

test('two concurrent runs do not disturb each other', async () => {
  const { url, db } = await leave();
  const runs = await Promise.all([start(url, ARGS, KEYS).ended, start(url, ARGS, KEYS).ended]);
  for (const { exitCode, stderr } of runs) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  await expectDone(db);
});

test.each([
  { command: 'aggregate', code: 175, codeName: 'QueryPlanKilled' },
  { command: 'delete', code: 175, codeName: 'QueryPlanKilled' },
  { command: 'dropIndexes', code: 27, codeName: 'IndexNotFound' },
  { command: 'createIndexes', code: 276, codeName: 'IndexBuildAborted' },
])(
  'a run goes on if another one drops the index meanwhile: $command with $codeName',
  async ({ command, ...answer }) => {
    const { url, db } = await openDatabase();
    const plain = await loadMigration();
    await sessionsOf(db).createIndex({ expiresAt: 1 });
    await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
    let count = 0;
    const through = await between(url, async (name) => {
      if (name !== command || ++count > 1) return undefined;
      await sessionsOf(db).dropIndexes();
      return { ok: 0, errmsg: 'refused', ...answer };
    });
    expect(await plain(through)).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('done'),
    });
    expect(await sessionsOf(db).indexes()).toMatchObject([{ name: '_id_' }, { name: 'session_ttl' }]);
  },
);

test('the run fails if an app creates another index in the place of the old one in the meantime', async () => {
  const { url, db } = await openDatabase();
  const plain = await loadMigration();
  const through = await between(url, async (name) => {
    if (name === 'createIndexes') {
      await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60, name: 'rival' });
    }
    return undefined;
  });
  expect(await plain(through)).toMatchObject({
    exitCode: 1,
    progress: [expect.stringContaining('create index {"name":"session_ttl"')],
    stderr: expect.stringContaining('error: '),
  });
  expect(await plain(url)).toMatchObject({ exitCode: 0 });
});
