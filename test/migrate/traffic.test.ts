import type { Db } from 'mongodb';
import { expect, test } from 'vitest';
import { FEATURES, type GeneratedStore, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { isExhaustive } from '../support/sampling.ts';
import { DAY, makeProject, openDatabase, session, sessionsOf } from './project.ts';

const FEATURE = { ...FEATURES.encrypt, ...FEATURES['user-key'] };
const KEY = Buffer.alloc(32, 1);
/** So little memory that not even a tenth of the sessions of an exhaustive run would fit. */
const ENV = {
  SESSION_ENCRYPTION_KEYS: KEY.toString('base64'),
  SESSION_PLAIN_TEXT: 'read',
  NODE_OPTIONS: '--max-old-space-size=64',
};
const COUNT = isExhaustive ? 100_000 : 1500;
const PAYLOAD = JSON.stringify({ userId: 7, rest: 'x'.repeat(isExhaustive ? 6000 : 200) });
const start = makeProject(FEATURE);

/** Sessions of the lifetime of before, in plain text, and without their user beside them. */
async function fill(db: Db, name: string): Promise<void> {
  for (let at = 0; at < COUNT; at += 500) {
    const batch = Array.from({ length: Math.min(500, COUNT - at) }, (_, index) =>
      session(`key-${at + index}`, { lifetime: 30 * DAY, data: PAYLOAD }),
    );
    await sessionsOf(db, name).insertMany(batch);
  }
}

/** Requests, a few at a time, until it is stopped: each goes on in a session and changes it. */
function traffic(store: GeneratedStore) {
  let isOn = true;
  let count = 0;
  const failures: unknown[] = [];
  const work = async () => {
    while (isOn) {
      const key = `key-${Math.floor(Math.random() * COUNT)}`;
      const ctx = {};
      try {
        const found = await store.get(key, DAY, { ctx });
        if (found?.userId !== 7) failures.push(`${key} is gone`);
        await store.set(key, { ...found, count: count++ }, DAY, { ctx });
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const workers = [work(), work()];
  return {
    async stop() {
      isOn = false;
      await Promise.all(workers);
      return { count, failures };
    },
  };
}

/** The least that any program has to do for one change: to read all, and to write a field of each. */
async function bareLoop(db: Db, name: string, value: unknown): Promise<void> {
  const cursor = sessionsOf(db, name).find().sort({ _id: 1 }).batchSize(500);
  while (await cursor.hasNext()) {
    const batch = cursor.readBufferedDocuments();
    const changes = batch.map(({ _id }) => ({ updateOne: { filter: { _id }, update: { $set: { value } } } }));
    await sessionsOf(db, name).bulkWrite(changes, { ordered: false });
  }
}

async function secondsFor(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

test('lifetime, encryption and users of all sessions change under traffic: no request fails, in little memory', async () => {
  const { url, db } = await openDatabase();
  await fill(db, 'sessions');
  if (isExhaustive) await fill(db, 'bare');
  const { connection, sessions } = await loadGenerated({ ...PLAIN, ...FEATURE, connection: STYLES.db });
  const store = new sessions.Sessions(connection.connect(db), {
    ttl: 14 * DAY,
    userKey: 'userId',
    encryptionKeys: [KEY],
    plainText: 'read',
  } as never);
  const requests = traffic(store);
  const bare = isExhaustive
    ? await secondsFor(async () => {
        for (const value of [1, 'user', Buffer.alloc(PAYLOAD.length)]) await bareLoop(db, 'bare', value);
      })
    : 0;
  let run: object | undefined;
  const seconds = await secondsFor(async () => {
    run = await start(url, ['--yes', '--old-ttl', String((30 * DAY) / 1000)], ENV).ended;
  });
  const { count, failures } = await requests.stop();

  expect(run).toMatchObject({ exitCode: 0 });
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(0);
  expect(
    await sessionsOf(db).countDocuments({
      'cookie._maxAge': 14 * DAY,
      user: '7',
      data: { $type: 'binData' },
    }),
  ).toBe(COUNT);
  if (isExhaustive) {
    process.stdout.write(
      `${COUNT} sessions, 3 changes: ${seconds.toFixed(1)} s, a bare loop ${bare.toFixed(1)} s, beside ${count} requests\n`,
    );
    expect(bare / seconds).toBeGreaterThan(0.5);
  }
}, 1_200_000);
