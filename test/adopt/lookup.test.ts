import { type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { useDatabase } from '../support/mongo/index.ts';
import { isExhaustive } from '../support/sampling.ts';
import { LAYOUTS, type Layout } from './left-behind.ts';
import { startNewApp } from './new-app.ts';
import { OLD_APPS } from './old-apps.ts';

const { url } = useDatabase();
// While a server creates a million documents, its heartbeats may get no answer for a while.
const client = new MongoClient(url, { monitorCommands: true, connectTimeoutMS: 300_000 });
afterAll(() => client.close());

/** The stand-in keeps everything in memory, and has no `explain`. */
const isReal = inject('mongo').kind !== 'stand-in';
const NAMES = 1000;
/**
 * A million for one store with lookups by `_id` and one with lookups by `sid`; a thousand for the others. Only if
 * requested by hand: while mongod 7.0.15 under Wine executes `$out`, it often crashes or stops answering.
 */
const copiesOf = ({ settings: { adopt } }: Layout): number => {
  const isOneOfItsKind = ['koa-session-mongo', 'koa-generic-session-mongo'].includes(String(adopt?.store));
  return isExhaustive && isReal && isOneOfItsKind ? 1000 : 1;
};

/** One for each document format. */
const APPS = LAYOUTS.flatMap((layout) => {
  const app = OLD_APPS.find(({ settings }) => settings.adopt?.store === layout.settings.adopt?.store);
  return app ? [{ ...app, layout, count: NAMES * copiesOf(layout) }] : [];
});

/** The server creates a million itself: a client would take minutes. */
async function leaveMany(old: Collection, layout: Layout, count: number): Promise<void> {
  const session = (at: number) => layout.document(`${at}`, { userId: at }, new Date());
  await old.insertMany(Array.from({ length: NAMES }, (_, at) => session(at)));
  if (count === NAMES) return;
  const [field, others] = 'sid' in session(0) ? ['sid', ['_id']] : ['_id', []];
  const suffix = { $cond: ['$copy', { $concat: ['-', { $toString: '$copy' }] }, ''] };
  // The collection replaces itself, so its indexes stay.
  const copies: Document[] = [
    { $set: { copy: { $range: [0, count / NAMES] } } },
    { $unwind: '$copy' },
    { $set: { [field]: { $concat: [`$${field}`, suffix] } } },
    { $unset: ['copy', ...others] },
    { $out: old.collectionName },
  ];
  await old.aggregate(copies).toArray();
}

/** The old app creates its indexes in the background. Copies must not be added at the same time. */
async function indexed(old: Collection, { settings, document }: Layout): Promise<void> {
  // It creates them with its first session.
  if (settings.adopt?.store === 'koa-session-mongo') return;
  const count = 'sid' in document('', {}, new Date()) ? 3 : 2;
  await vi.waitFor(async () => expect(await old.indexes()).toHaveLength(count), { timeout: 60_000 });
}

test.each(APPS)(
  'a lookup among $count sessions of $name examines one document',
  { timeout: 600_000 },
  async ({ start, settings, layout, count }) => {
    const db = client.db();
    const old = db.collection('sessions');
    await Promise.all([old.drop(), db.dropCollection('koa_sessions')]);
    await start({ db, url });
    await indexed(old, layout);
    await leaveMany(old, layout, count);
    expect(await old.estimatedDocumentCount()).toBe(count);
    const { store } = await startNewApp(db, settings);
    const commands: Document[] = [];
    const collect = ({ command }: { command: Document }) => {
      if ([command.find, command.delete].includes(old.collectionName)) commands.push(command);
    };
    client.on('commandStarted', collect);
    onTestFinished(() => void client.off('commandStarted', collect));
    await store.load(layout.key('nobody'));
    await store.load(layout.key('7'));
    expect(await store.count()).toBe(1);
    await store.destroy(layout.key('7'));
    const filters = commands.map(({ filter, deletes }) => filter ?? deletes[0].q);
    // Looks up a session, takes it over, looks it up again, and ends it.
    expect(filters).toHaveLength(4);
    if (!isReal) return;
    for (const filter of filters) {
      const { executionStats, queryPlanner } = await old.find(filter).explain('executionStats');
      expect(JSON.stringify(queryPlanner.winningPlan)).toMatch(/IXSCAN|IDHACK/);
      expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(1);
      expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(1);
    }
  },
);
