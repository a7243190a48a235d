import type { Db } from 'mongodb';
import { describe, expect, inject, test } from 'vitest';
import {
  actionsOf,
  loadMigration,
  openDatabase,
  planOf,
  type Stored,
  session,
  sessionsOf,
} from './project.ts';
import { between } from './proxy.ts';
import { MENDED, REFUSED, type StartingState } from './starting-states.ts';

const plain = await loadMigration();
const withUsers = await loadMigration({ userKey: 'userId' });

const isReal = inject('mongo').kind !== 'stand-in';

/** The server may be any version from 4.4 on, and a state is skipped if the server cannot create it. */
async function prepare({
  collection,
  indexes = [],
  documents = [],
  views = [],
}: StartingState): Promise<{ url: string; db: Db }> {
  const { url, db } = await openDatabase();
  if (collection) await db.createCollection('sessions', collection);
  if (documents.length > 0) await sessionsOf(db).insertMany([...documents]);
  for (const view of views) await db.createCollection(view, { viewOn: 'sessions', pipeline: [] });
  for (const [key, options = {}] of indexes) await sessionsOf(db).createIndex(key, options);
  return { url, db };
}

async function indexesOf(db: Db): Promise<string[]> {
  const indexes = await sessionsOf(db).listIndexes().toArray();
  return indexes
    .filter(({ name }) => name !== '_id_')
    .map(({ name, key, expireAfterSeconds, partialFilterExpression: filter }) => {
      const parts = [name, JSON.stringify(key), expireAfterSeconds, filter && JSON.stringify(filter)];
      return parts.filter((part) => part !== undefined).join(' ');
    })
    .sort();
}

const contentOf = async (db: Db) => ({
  documents: await sessionsOf(db).find().sort({ _id: 1 }).toArray(),
  indexes: await sessionsOf(db)
    .listIndexes()
    .toArray()
    .catch(() => []),
});

describe('a collection is corrected, and a second run has nothing to do', () => {
  test.for(MENDED)('$state', async ({ plan, after, left, ...start }, { skip }) => {
    if (start.real && !isReal) skip('the stand-in does not know this');
    const migrate = start.users ? withUsers : plain;
    const { url, db } = await prepare(start);

    const check = await migrate(url, ['--check']);
    expect(check).toMatchObject({ exitCode: plan.length > 0 ? 3 : 0, stderr: '' });
    expect(actionsOf(check)).toEqual(plan);
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await indexesOf(db)).toEqual([...after].sort());
    const isAlive = (document: Stored) => Number(document.expiresAt) > Date.now();
    const alive = start.documents?.filter(isAlive) ?? [];
    expect(await sessionsOf(db).find().toArray()).toEqual(
      left ? left.map((fields) => expect.objectContaining(fields)) : alive,
    );

    const again = await migrate(url, ['--check']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
  });
});

describe('a foreign document or index ends the run before the first change, with any consent', () => {
  test.for(REFUSED)('$state', async ({ says, ...start }, { skip }) => {
    if (start.real && !isReal) skip('the stand-in does not know this');
    const migrate = start.users ? withUsers : plain;
    const { url, db } = await prepare(start);
    const before = await contentOf(db);
    for (const args of [['--check'], ['--dry-run'], []]) {
      const run = await migrate(url, args);
      expect(run).toMatchObject({ exitCode: 4, stdout: '' });
      for (const sentence of says) expect(run.stderr).toMatch(sentence);
      expect(run.stderr).toContain('--collection <name>');
      expect(run.stderr).not.toMatch(/s3cret|ann\b/);
    }
    expect(await contentOf(db)).toEqual(before);
  });
});

test('a foreign document that comes during the run ends it, without the claim that nothing was changed', async () => {
  const { url, db } = await prepare({ state: 'no index', documents: [session('a')] });
  const through = await between(url, async (name) => {
    if (name === 'createIndexes') {
      await sessionsOf(db).updateOne({ _id: 'mine' }, { $set: { token: 's3cret' } }, { upsert: true });
    }
    return undefined;
  });
  const run = await plain(through);
  expect(run).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(
      /^error: the collection sessions is not changed, since .*token \(String\)/s,
    ),
  });
});

test('of an index that has only the name of a wanted one, the plan shows the key, and does not blame the options alone', async () => {
  const { url } = await prepare({ state: 'our name', indexes: [[{ user: 1 }, { name: 'session_ttl' }]] });
  const [drop] = planOf(await plain(url, ['--check']));
  expect(drop).toMatch(/^drop index {.*"key":{"user":1}.*}, whose key or options are not those wanted$/);
});

test('with 64 indexes, the error of MongoDB is shown, and no session is touched', async ({ skip }) => {
  if (!isReal) skip('the stand-in takes any number of them');
  const documents = [session('a')];
  const indexes = Array.from({ length: 63 }, (_, at): [Record<string, 1>] => [{ [`field${at}`]: 1 }]);
  const { url, db } = await prepare({ state: '64 indexes', documents, indexes });
  const before = await contentOf(db);
  expect(await plain(url)).toMatchObject({
    exitCode: 1,
    progress: [expect.stringContaining('create index {"name":"session_ttl"')],
    stderr: expect.stringContaining('too many indexes for'),
  });
  expect(await contentOf(db)).toEqual(before);
});

test('an index that is still being built counts as missing, and the run waits for it', async ({ skip }) => {
  if (!isReal) skip('on the stand-in an index is there at once');
  const { url, db } = await prepare({ state: 'a build', documents: [session('held')] });
  const [document] = await sessionsOf(db).find().toArray();
  const admin = db.admin();
  const hold = { configureFailPoint: 'hangIndexBuildDuringCollectionScanPhaseBeforeInsertion' };
  await admin.command({ ...hold, mode: 'alwaysOn', data: { fieldsToMatch: { _id: document?._id } } });
  const isListed = async () => (await sessionsOf(db).listIndexes().toArray()).length > 1;
  const building = sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  try {
    while (!(await isListed()));
    const check = await plain(url, ['--check']);
    expect(check).toMatchObject({ exitCode: 3, stderr: '' });
    expect(actionsOf(check)).toEqual(['create index expiresAt_1']);
    const run = plain(url);
    await admin.command({ ...hold, mode: 'off' });
    expect(await run).toMatchObject({ exitCode: 0, stderr: '' });
  } finally {
    await admin.command({ ...hold, mode: 'off' });
    await building;
  }
  expect(await plain(url, ['--check'])).toMatchObject({ exitCode: 0 });
});
