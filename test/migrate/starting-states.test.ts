import type { Db } from 'mongodb';
import { describe, expect, inject, test } from 'vitest';
import { actionsOf, loadMigration, openDatabase, type Stored, sessionsOf } from './project.ts';
import { MENDED, REFUSED, type StartingState } from './starting-states.ts';

const plain = await loadMigration();
const withUsers = await loadMigration({ userKey: 'userId' });

const isReal = inject('mongo').kind !== 'stand-in';

/** A server may be of 4.4 or newer, so a test is for one where the state can be made at all. */
async function prepare({
  collection,
  indexes = [],
  documents = [],
}: StartingState): Promise<{ url: string; db: Db }> {
  const { url, db } = await openDatabase();
  if (collection) await db.createCollection('sessions', collection);
  if (documents.length > 0) await sessionsOf(db).insertMany([...documents]);
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

describe('a collection is made right, and a second run has nothing to do', () => {
  test.for(MENDED)('$state', async ({ plan, after, ...start }, { skip }) => {
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
    expect(await sessionsOf(db).find().toArray()).toEqual(alive);

    const again = await migrate(url, ['--check']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
  });
});

describe('what is not ours ends the run before the first change, whatever is agreed to', () => {
  test.for(REFUSED)('$state', async ({ says, ...start }, { skip }) => {
    if (start.real && !isReal) skip('the stand-in does not know this');
    const { url, db } = await prepare(start);
    const before = await contentOf(db);
    for (const args of [['--check'], ['--dry-run'], ['--yes']]) {
      const run = await plain(url, args);
      expect(run).toMatchObject({ exitCode: 4, stdout: '' });
      for (const sentence of says) expect(run.stderr).toMatch(sentence);
      expect(run.stderr).toContain('--collection <name>');
      expect(run.stderr).not.toMatch(/s3cret|ann\b/);
    }
    expect(await contentOf(db)).toEqual(before);
  });
});
