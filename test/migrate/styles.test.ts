import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { STYLES } from '../support/generated.ts';
import { type OwnServer, startServer } from '../support/mongo/index.ts';
import { DAY, NOW } from '../support/old-stores.ts';
import { hash, makeProject, openDatabase, type Stored, sessionsOf } from './project.ts';
import { between } from './proxy.ts';

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** With all features, so that each call of the driver that the script can make is made. */
const EVERYTHING: Partial<Settings> = { absoluteTtl: 30 * 24 * 60 * 60, userKey: 'userId', encrypt: true };
const KEYS = { SESSION_ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64') };

/** As it was stored before there was encryption. */
function plainSession(key: string, payload: object): Stored {
  const dates = { expiresAt: new Date(NOW + DAY), createdAt: new Date(NOW), updatedAt: new Date(NOW) };
  return { _id: hash(key), data: JSON.stringify(payload), cookie: {}, version: 1, ...dates };
}

const ROWS = [
  { name: 'url, driver 7', project: makeProject({ ...EVERYTHING, connection: STYLES.url }) },
  {
    name: 'url, driver 6',
    project: makeProject({ ...EVERYTHING, connection: STYLES.url }, { mongodb: 'mongodb6' }),
  },
  { name: 'db, driver 7', project: makeProject({ ...EVERYTHING, connection: STYLES.db }) },
  {
    name: 'db, driver 6',
    project: makeProject({ ...EVERYTHING, connection: STYLES.db }, { mongodb: 'mongodb6' }),
  },
  { name: 'mongoose 9', project: makeProject({ ...EVERYTHING, connection: STYLES.mongoose }) },
  {
    name: 'mongoose 8',
    project: makeProject({ ...EVERYTHING, connection: STYLES.mongoose }, { mongoose: 'mongoose8' }),
  },
  { name: 'js specifiers', project: makeProject({ ...EVERYTHING, importExtension: 'js' }) },
  { name: 'another folder', project: makeProject({ ...EVERYTHING, dir: 'lib/web/sessions' }) },
];

test.each(ROWS)('the whole migration, with $name', async ({ project }) => {
  const { url, db } = await openDatabase(server);
  await sessionsOf(db).createIndex({ updatedAt: 1 }, { expireAfterSeconds: 14 * 24 * 60 * 60 });
  await sessionsOf(db).insertMany([plainSession('a', { userId: 7 }), plainSession('b', {})]);
  expect(await project.start(url, ['--yes'], KEYS)).toMatchObject({ exitCode: 0, stderr: '' });
  const documents = await sessionsOf(db).find().sort({ user: -1 }).toArray();
  expect(documents).toMatchObject([
    { _id: hash('a'), user: '7', version: 1 },
    { _id: hash('b'), version: 1 },
  ]);
  const again = await project.start(url, ['--check', '--old-ttl', '7d'], KEYS);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
});

test('the style host goes to the database of its settings, with the password of the environment', async () => {
  const locked = await startServer({ auth: { username: 'root', password: 'root' } });
  try {
    const { db } = await openDatabase(locked);
    const roles = [{ role: 'readWrite', db: db.databaseName }];
    await locked.createUser({ username: 'app', password: 'p@ss', roles });
    const login = { username: 'app', authSource: 'admin' };
    const connection = { ...HOST, port: locked.port, database: db.databaseName, login };
    const project = makeProject({ connection });
    const run = await project.start('', [], { MONGODB_PASSWORD: 'p@ss' });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`${db.databaseName}.sessions: to do`),
    });
    expect(await project.start('')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('MONGODB_PASSWORD'),
    });
  } finally {
    await locked.stop();
  }
});

const HOST = { style: 'host', host: '127.0.0.1', tls: false } as const;

test('memory stays bounded, however many sessions there are', async () => {
  const { url, db } = await openDatabase(server);
  const project = ROWS[0]?.project;
  for (let batch = 0; batch < 20; batch += 1) {
    const sessions = Array.from({ length: 250 }, (_, at) => {
      return plainSession(`${batch}-${at}`, { text: 'x'.repeat(40_000) });
    });
    await sessionsOf(db).insertMany(sessions);
  }
  const small = { ...KEYS, NODE_OPTIONS: '--max-old-space-size=100' };
  expect(await project?.start(url, ['--yes'], small)).toMatchObject({ exitCode: 0 });
  expect(await sessionsOf(db).countDocuments({ version: 1 })).toBe(5000);
});

test('a sharded cluster: the collection is sharded on its hashed _id, once', async () => {
  const { url, db } = await openDatabase(server);
  const project = makeProject();
  const ran: unknown[] = [];
  const isSharded = () => ran.some((command) => Object.hasOwn(Object(command), 'shardCollection'));
  // What only a mongos knows is answered here; all else is done by the server.
  const mongos = await between(`${url}?retryWrites=false`, async (name, command) => {
    if (/^(hello|isMaster)$/i.test(name)) return { ...(await db.command({ hello: 1 })), msg: 'isdbgrid' };
    if (name === 'collStats') return { ok: 1, sharded: isSharded() };
    if (name !== 'enableSharding' && name !== 'shardCollection') return undefined;
    const { [name]: what, key, $db } = command;
    ran.push({ [name]: what, ...(key && { key }), $db });
    return { ok: 1 };
  });
  expect(await project.start(mongos, ['--shard'])).toMatchObject({ exitCode: 4 });
  expect(ran).toEqual([]);
  expect(await project.start(mongos, ['--shard', '--yes'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ran).toEqual([
    { enableSharding: db.databaseName, $db: 'admin' },
    { shardCollection: `${db.databaseName}.sessions`, key: { _id: 'hashed' }, $db: 'admin' },
  ]);
  const indexes = await sessionsOf(db).listIndexes().toArray();
  expect(indexes.map(({ key }) => key)).toEqual([{ _id: 1 }, { expiresAt: 1 }, { _id: 'hashed' }]);
  expect(await project.start(mongos, ['--shard', '--check'])).toMatchObject({ exitCode: 0 });
});
