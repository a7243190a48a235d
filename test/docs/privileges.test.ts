import { expect, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { loadGenerated, PLAIN } from '../support/generated.ts';
import { useLockedServer } from '../support/mongo/index.ts';
import { textOf } from './documents.ts';

const { running, clientOf } = useLockedServer();

const [, first = '', second = '', third = ''] =
  /only reads sessions needs no more than `(\w+)` and `(\w+)`, and with `--absolute-ttl` also `(\w+)`/.exec(
    textOf('docs/recipes.md'),
  ) ?? [];

const READERS: readonly { name: string; change: Partial<Settings>; actions: readonly string[] }[] = [
  { name: 'reader', change: {}, actions: [first, second] },
  { name: 'absolute', change: { absoluteTtl: 60 }, actions: [first, second, third] },
];

test.each(READERS)('$actions are enough to read sessions ($name), as the recipe says', async (reader) => {
  const { name, change, actions } = reader;
  const sessions = running.root.db(name).collection<{ _id: string }>('sessions');
  await sessions.createIndex({ expiresAt: 1 }, { name: 'session_ttl', expireAfterSeconds: 0 });
  const privileges = [{ resource: { db: name, collection: 'sessions' }, actions }];
  await running.root.db(name).command({ createRole: name, privileges, roles: [] });
  const roles = [{ role: name, db: name }];
  const client = await clientOf(name, roles, name);

  const settings: Settings = { ...PLAIN, ...change, connection: { style: 'db' } };
  const { connection, sessions: module } = await loadGenerated(settings);
  const options = { ttl: 60_000, absoluteTtl: 60_000 };
  const writing = new module.Sessions(connection.connect(running.root.db(name)), options);
  const reading = new module.Sessions(connection.connect(client.db()), options);
  await writing.set('over', { views: 1 });
  await sessions.updateOne({}, { $set: { createdAt: new Date(0) } });
  await writing.set('alive', { views: 2 });

  await reading.ready();
  expect(await reading.load('alive')).toEqual({ views: 2 });
  expect(await reading.load('over')).toEqual(change.absoluteTtl === undefined ? { views: 1 } : undefined);
  const listed = [];
  for await (const { payload } of reading.list()) listed.push(payload);
  expect(listed).toContainEqual({ views: 2 });
  expect(await reading.count()).toBe(listed.length);
  await expect(reading.set('another', {})).rejects.toThrow('code 13');
});
