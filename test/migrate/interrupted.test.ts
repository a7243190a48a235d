import type { Db } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { DAY, fromMongoose, NOW } from './old-stores.ts';
import { hash, makeProject, openDatabase, sessionsOf } from './project.ts';
import { between } from './proxy.ts';

const project = makeProject();
const KEYS = Array.from({ length: 250 }, (_, at) => `key-${at}`);

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function leaveAll(): Promise<{ url: string; db: Db }> {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).createIndex({ updatedAt: 1 }, { expireAfterSeconds: (3 * DAY) / 1000 });
  await sessionsOf(db).insertMany(KEYS.map((key) => fromMongoose(key, { key })));
  return { url, db };
}

/** In the old form or the new one, or in both. */
async function expectAllThere(db: Db): Promise<void> {
  const ids = new Set((await sessionsOf(db).find().toArray()).map(({ _id }) => _id));
  expect(KEYS.filter((key) => !ids.has(key) && !ids.has(hash(key)))).toEqual([]);
}

async function expectAllMoved(db: Db): Promise<void> {
  const sessions = await sessionsOf(db).find().toArray();
  const ids = sessions.map(({ _id }) => _id);
  expect(ids.toSorted()).toEqual(KEYS.map(hash).sort());
  // Reckoned with the TTL of the old index, which is thus the last to go.
  expect(new Set(sessions.map(({ expiresAt }) => Number(expiresAt)))).toEqual(new Set([NOW + 2 * DAY]));
  const indexes = await sessionsOf(db).listIndexes().toArray();
  expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'expiresAt_1']);
}

const STEPS = ['createIndexes', 'find', 'update', 'delete', 'dropIndexes'];

// createIndexes, then find, update and delete for each of three batches of up to 100, a find that finds nothing, dropIndexes
test.each(Array.from({ length: 12 }, (_, before) => before))(
  'killed with %i steps behind it, it loses nothing, and the next run takes up what is left',
  async (before) => {
    const { url, db } = await leaveAll();
    let steps = 0;
    const through = await between(url, (command) => {
      if (!STEPS.includes(command)) return undefined;
      if (steps === before) running.kill('SIGKILL');
      steps += 1;
      return undefined;
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

test('what the old store writes in the meantime is taken over in its last state', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertOne(fromMongoose('a', { at: 'first' }));
  let isFirst = true;
  const through = await between(url, async (command) => {
    if (command !== 'delete' || !isFirst) return undefined;
    isFirst = false;
    await sessionsOf(db).updateOne({ _id: 'a' }, { $set: { data: { at: 'last' }, updatedAt: new Date() } });
    return undefined;
  });
  expect(await project.start(through, ['--yes'])).toMatchObject({ exitCode: 0 });
  expect(await sessionsOf(db).find().toArray()).toMatchObject([{ _id: hash('a'), data: '{"at":"last"}' }]);
});

test('an old store that does not stop writing is told as such, and loses nothing', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertOne(fromMongoose('a', {}));
  let writes = 0;
  const through = await between(url, async (command) => {
    if (command !== 'delete') return undefined;
    writes += 1;
    await sessionsOf(db).updateOne({ _id: 'a' }, { $set: { updatedAt: new Date(Date.now() + writes) } });
    return undefined;
  });
  const run = await project.start(through, ['--yes']);
  expect(run).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('the old store is still writing'),
  });
  expect(await sessionsOf(db).countDocuments({ _id: 'a' })).toBe(1);
});

test('an index that comes back while the plan is carried out is no success', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).createIndex({ updatedAt: 1 }, { expireAfterSeconds: 60 });
  let looks = 0;
  const through = await between(url, async (command) => {
    looks += command === 'listIndexes' ? 1 : 0;
    // The plan looks twice, and so does the check before an old index is dropped, once; then comes the last look.
    if (looks === 4) await sessionsOf(db).createIndex({ updatedAt: 1 }, { expireAfterSeconds: 60 });
    return undefined;
  });
  const run = await project.start(through);
  expect(run).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('another program is writing'),
  });
  expect(run.stderr).toContain('drop index updatedAt_1');
});

test('a run that always comes second to another one does not blame the old store', async () => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).insertMany(Array.from({ length: 1200 }, (_, at) => fromMongoose(`key-${at}`, { at })));
  const through = await between(url, async (command, { deletes }) => {
    if (command === 'delete')
      await sessionsOf(db).deleteMany({ $or: deletes.map(({ q }: { q: object }) => q) });
    return undefined;
  });
  expect(await project.start(through, ['--yes'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await sessionsOf(db).countDocuments({ version: 1 })).toBe(1200);
});

test('two runs at once get in no way of each other', async () => {
  const { url, db } = await leaveAll();
  const runs = await Promise.all([project.start(url, ['--yes']), project.start(url, ['--yes'])]);
  expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
    { exitCode: 0, stderr: '' },
    { exitCode: 0, stderr: '' },
  ]);
  await expectAllMoved(db);
});
