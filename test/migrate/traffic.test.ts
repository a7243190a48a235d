import type { Db } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { FEATURES, type GeneratedStore, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { isExhaustive } from '../support/sampling.ts';
import { DAY, makeProject, openDatabase, session, sessionsOf } from './project.ts';

const FEATURE = { ...FEATURES.encrypt, ...FEATURES['user-key'] };
const KEY = Buffer.alloc(32, 1);
/** Too little memory to hold all the sessions of an exhaustive run. */
const ENV = {
  SESSION_ENCRYPTION_KEYS: KEY.toString('base64'),
  SESSION_PLAIN_TEXT: 'read',
  NODE_OPTIONS: '--max-old-space-size=64',
};
/** The stand-in keeps everything in memory, and is not representative. */
const isWhole = isExhaustive && inject('mongo').kind !== 'stand-in';
const COUNT = isWhole ? 100_000 : 1500;
const PAYLOAD = JSON.stringify({ userId: 7, rest: 'x'.repeat(isWhole ? 1000 : 200) });
const start = makeProject(FEATURE);

/** Sessions in plain text, without the field for their user. */
async function fill(db: Db): Promise<void> {
  for (let at = 0; at < COUNT; at += 500) {
    const batch = Array.from({ length: Math.min(500, COUNT - at) }, (_, index) =>
      session(`key-${at + index}`, { data: PAYLOAD }),
    );
    await sessionsOf(db).insertMany(batch);
  }
}

/**
 * Sends a few concurrent requests until it is stopped or one fails; each continues a session and changes it. After a
 * test that is cut off, every request would fail at once, without end.
 */
function traffic(store: GeneratedStore) {
  let isOn = true;
  let count = 0;
  const failures: unknown[] = [];
  const work = async () => {
    while (isOn && failures.length === 0) {
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

test('all sessions are encrypted and get their users during traffic: no request fails, and memory stays low', async () => {
  const { url, db } = await openDatabase();
  await fill(db);
  const { connection, sessions } = await loadGenerated({ ...PLAIN, ...FEATURE, connection: STYLES.db });
  const store = new sessions.Sessions(connection.connect(db), {
    ttl: 14 * DAY,
    userKey: 'userId',
    encryptionKeys: [KEY],
    plainText: 'read',
  } as never);
  const requests = traffic(store);
  const run = await start(url, [], ENV).ended;
  const { count, failures } = await requests.stop();

  expect(run).toMatchObject({ exitCode: 0 });
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(0);
  expect(
    await sessionsOf(db).countDocuments({
      user: '7',
      data: { $type: 'binData' },
    }),
  ).toBe(COUNT);
}, 1_200_000);
