import { expect, onTestFinished, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { type PackageVersions, STYLES } from '../support/generated.ts';
import { startServer } from '../support/mongo/index.ts';
import { withOption } from '../support/mongo/urls.ts';
import { COPIES, DAY, loadMigration, openDatabase, session, sessionsOf } from './project.ts';
import { between } from './proxy.ts';

/** With all features, so that every call of the driver in the script is made. */
const EVERYTHING = { ...COPIES, absoluteTtl: 30 * 24 * 60 * 60, userKey: 'userId', encrypt: true };
const ENV = { SESSION_ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64'), SESSION_PLAIN_TEXT: 'read' };
const ARGS = ['--from', 'old'];

interface Row {
  readonly name: string;
  readonly settings: Partial<Settings>;
  readonly packages?: PackageVersions;
}

const ROWS: readonly Row[] = [
  { name: 'url, driver 7', settings: { connection: STYLES.url } },
  { name: 'url, driver 6', settings: { connection: STYLES.url }, packages: { mongodb: 'mongodb6' } },
  { name: 'db, driver 7', settings: { connection: STYLES.db } },
  { name: 'db, driver 6', settings: { connection: STYLES.db }, packages: { mongodb: 'mongodb6' } },
  { name: 'mongoose 9', settings: { connection: STYLES.mongoose } },
  { name: 'mongoose 8', settings: { connection: STYLES.mongoose }, packages: { mongoose: 'mongoose8' } },
  { name: 'another folder', settings: { dir: 'lib/web/sessions' } },
];

test.each(ROWS)('the whole migration, with $name', async ({ settings, packages }) => {
  const migrate = await loadMigration({ ...EVERYTHING, ...settings }, packages);
  const { url, db } = await openDatabase();
  await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
  await sessionsOf(db).insertMany([session('a'), session('over', { updated: -40 * DAY, lifetime: DAY })]);
  await sessionsOf(db, 'old').insertOne(session('b'));
  expect(await migrate(url, ARGS, ENV)).toMatchObject({ exitCode: 0, stderr: '' });
  const data = expect.objectContaining({ _bsontype: 'Binary' });
  const right = { user: '7', version: 1, data };
  expect(await sessionsOf(db).find().toArray()).toMatchObject([right, right]);
  const again = await migrate(url, [...ARGS, '--check'], ENV);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
});

test.each(['url', 'db', 'mongoose'] as const)(
  'a search of all sessions may take longer than any answer to the app, with %s',
  async (style) => {
    const migrate = await loadMigration({ connection: STYLES[style] });
    const { url } = await openDatabase();
    const through = await between(url, async (name) => {
      if (name === 'find') await new Promise((resolve) => setTimeout(resolve, 600));
      return undefined;
    });
    const impatient = withOption(through, 'socketTimeoutMS', '200');
    expect(await migrate(impatient)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test('the style host uses the databases of its settings, with the password from the environment', async () => {
  const locked = await startServer({ auth: { username: 'root', password: 'root' } });
  onTestFinished(() => locked.stop());
  const { db } = await openDatabase(locked);
  const roles = [{ role: 'readWrite', db: db.databaseName }];
  // Not in `admin`, which the driver takes by itself.
  await locked.createUser({ username: 'app', password: 'p@ss', roles, db: 'users' });
  const login = { username: 'app', authSource: 'users' };
  const address = { style: 'host', host: '127.0.0.1', port: locked.port, tls: false } as const;
  const migrate = await loadMigration({ connection: { ...address, database: db.databaseName, login } });
  expect(await migrate('', [], { MONGODB_PASSWORD: 'p@ss' })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${db.databaseName}.sessions: to do`),
  });
  expect(await migrate('', [], { MONGODB_PASSWORD: '' })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('MONGODB_PASSWORD'),
  });
});
