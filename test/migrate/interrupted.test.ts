import type { Db } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { fromMongoose } from './old-stores.ts';
import { hash, makeProject, openDatabase, sessionsOf } from './project.ts';
import { watchCommands } from './proxy.ts';

const project = makeProject();
const KEYS = Array.from({ length: 1200 }, (_, at) => `key-${at}`);

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function leaveAll(): Promise<{ url: string; db: Db }> {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).createIndex({ updatedAt: 1 }, { expireAfterSeconds: 14 * 24 * 60 * 60 });
  await sessionsOf(db).insertMany(KEYS.map((key) => fromMongoose(key, { key })));
  return { url, db };
}

/** In the old form or the new one, or in both. */
async function expectAllThere(db: Db): Promise<void> {
  const ids = new Set((await sessionsOf(db).find().toArray()).map(({ _id }) => _id));
  expect(KEYS.filter((key) => !ids.has(key) && !ids.has(hash(key)))).toEqual([]);
}

async function expectAllMoved(db: Db): Promise<void> {
  const ids = (await sessionsOf(db).find().toArray()).map(({ _id }) => _id);
  expect(ids.toSorted()).toEqual(KEYS.map(hash).sort());
  const indexes = await sessionsOf(db).listIndexes().toArray();
  expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'expiresAt_1']);
}

const STEPS = ['createIndexes', 'find', 'update', 'delete', 'dropIndexes'];

// createIndexes, then find, update and delete for each of three batches, a find that finds nothing, dropIndexes
test.each(Array.from({ length: 12 }, (_, before) => before))(
  'killed with %i steps behind it, it loses nothing, and the next run takes up what is left',
  async (before) => {
    const { url, db } = await leaveAll();
    let steps = 0;
    const through = await watchCommands(url, (command) => {
      if (!STEPS.includes(command)) return;
      if (steps === before) running.kill('SIGKILL');
      steps += 1;
    });
    const running = project.start(through, ['--yes']);
    expect(await running).toMatchObject({ signal: 'SIGKILL' });
    await expectAllThere(db);

    expect(await project.start(url, ['--yes'])).toMatchObject({ exitCode: 0 });
    await expectAllMoved(db);
  },
);

test('a database that goes away in the middle is reported as such', async () => {
  const { url, db } = await leaveAll();
  const cutOff = { failCommands: ['delete'], mode: { skip: 1 }, closeConnection: true, appName: 'cut' };
  await server.failCommand(cutOff);
  const run = await project.start(`${url}?appName=cut`, ['--yes']);
  await server.failCommand({ failCommands: ['delete'], mode: 'off' });
  expect(run).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('the database is out of reach') });
  await expectAllThere(db);
});
