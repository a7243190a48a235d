import { type Document, MongoClient } from 'mongodb';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { useDatabase } from '../support/mongo/index.ts';
import { isExhaustive } from '../support/sampling.ts';
import { LAYOUTS } from './left-behind.ts';
import { startNewApp } from './new-app.ts';
import { OLD_APPS } from './old-apps.ts';

const { url } = useDatabase();
const client = new MongoClient(url, { monitorCommands: true });
afterAll(() => client.close());

/** The stand-in holds all in memory, and explains nothing. */
const isReal = inject('mongo').kind !== 'stand-in';
const COUNT = isExhaustive && isReal ? 1_000_000 : 2000;
const BATCH = 10_000;

/** One for each way in which sessions were kept. */
const APPS = LAYOUTS.flatMap((layout) => {
  const app = OLD_APPS.find(({ settings }) => settings.adopt?.store === layout.settings.adopt?.store);
  return app ? [{ ...app, layout }] : [];
});

test.each(APPS)(
  `among ${COUNT} sessions of $name, one document is looked at`,
  { timeout: 600_000 },
  async ({ start, settings, layout }) => {
    const db = client.db();
    await Promise.all([db.dropCollection('sessions'), db.dropCollection('koa_sessions')]);
    // The old app makes its indexes.
    await start({ db, url });
    for (let count = 0; count < COUNT; count += BATCH) {
      const names = Array.from({ length: Math.min(BATCH, COUNT - count) }, (_, index) => `${count + index}`);
      const documents = names.map((name) => layout.document(name, { userId: name }, new Date()));
      await db.collection('sessions').insertMany(documents, { ordered: false });
    }
    const { store } = await startNewApp(db, settings);
    const filters: Document[] = [];
    const collect = ({ commandName, command }: { commandName: string; command: Document }) => {
      if (commandName === 'find' && command.find === 'sessions') filters.push(command.filter);
    };
    client.on('commandStarted', collect);
    onTestFinished(() => void client.off('commandStarted', collect));
    await store.load(layout.key('nobody'));
    expect(filters).toHaveLength(1);
    await store.load(layout.key('7'));
    expect(await store.count()).toBe(1);
    if (!isReal) return;
    for (const filter of filters) {
      const { executionStats } = await db.collection('sessions').find(filter).explain('executionStats');
      expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(1);
      expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(1);
    }
  },
);
