import dns from 'node:dns';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { PLAIN, STYLES } from '../support/generated.ts';
import { createGuideRole } from '../support/guide-role.ts';
import { type OwnServer, startServer, withDatabase } from '../support/mongo/index.ts';
import { withOption } from '../support/mongo/urls.ts';
import {
  COPIES,
  DAY,
  loadMigration,
  makeProject,
  openDatabase,
  planOf,
  session,
  sessionsOf,
} from './project.ts';
import { between } from './proxy.ts';

const migrate = await loadMigration(COPIES);
const CREATE = 'create index {"name":"session_ttl","key":{"expiresAt":1},"expireAfterSeconds":0}';

test.each([
  { args: ['--nonsense'], says: "Unknown option '--nonsense'" },
  { args: ['prune', 'more'], says: 'unknown: prune more' },
  { args: ['drop'], says: 'unknown: drop' },
  { args: ['--from', 'sessions'], says: '--from takes the name of another collection' },
  { args: ['--from', ''], says: '--from takes the name of another collection' },
])('$args is refused', async ({ args, says }) => {
  const { url, db } = await openDatabase();
  const run = await migrate(url, args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`error: ${says}`) });
  expect(await db.listCollections().toArray()).toEqual([]);
});

test.each([
  { taken: { npm_config_dry_run: 'true' }, args: [] },
  { taken: { npm_config_check: 'true' }, args: ['prune'] },
  { taken: { npm_config_from: 'old' }, args: [] },
  { taken: { npm_config_from: 'true' }, args: ['old'] },
])('options that npm took for itself are not ignored: $taken', async ({ taken, args }) => {
  const { url, db } = await openDatabase();
  const run = await migrate(url, args, taken);
  const stderr = 'error: npm took the options for itself: put -- before them\n';
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr });
  expect(await db.listCollections().toArray()).toEqual([]);
});

test.each([
  { args: ['--', '--check'], exitCode: 3 },
  { args: ['prune', '--', '--check'], exitCode: 3 },
  { args: ['--', 'drop'], exitCode: 2 },
])('a -- that a package manager passes on changes nothing: $args', async ({ args, exitCode }) => {
  const { url, db } = await openDatabase();
  expect(await migrate(url, args)).toMatchObject({ exitCode });
  expect(await db.listCollections().toArray()).toEqual([]);
});

test('--help shows the options', async () => {
  expect(await migrate('', ['--help'])).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringContaining('Exit codes: 0 done'),
  });
});

test('the process ends with the exit code', async () => {
  const { url } = await openDatabase();
  const start = makeProject();
  expect(await start(url, ['--check']).ended).toMatchObject({ exitCode: 3, stderr: '' });
  expect(await start(url).ended).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringContaining('verified'),
  });
});

describe.each(['url', 'db', 'mongoose'] as const)('with the style %s', (style) => {
  test.each([
    { what: 'no URL', url: '', exitCode: 2, says: 'MONGODB_URL is not set' },
    { what: 'no URL of MongoDB', url: 'http://me:secret@host/', exitCode: 2, says: 'MONGODB_URL is not a' },
    { what: 'a bad URL', url: 'mongodb://me:sec%ret@host/app', exitCode: 2, says: 'MONGODB_URL is not a' },
    { what: 'nobody there', url: 'mongodb://me:secret@127.0.0.1:1/app', exitCode: 6, says: 'Run it again' },
  ])('$what ends in exit code $exitCode, and shows no credentials', async ({ url, exitCode, says }) => {
    const styled = await loadMigration({ connection: STYLES[style] });
    const run = await styled(url);
    expect(run).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining('error: ') });
    expect(run.stderr).toContain(says);
    expect(run.stderr).not.toMatch(/sec/);
  });
});

test.each(['url', 'mongoose'] as const)(
  'with the style %s, a bad database name ends the run',
  async (style) => {
    const start = makeProject({ connection: STYLES[style] });
    const run = await start(withDatabase(inject('mongo').url, 'a.b')).ended;
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("cannot contain the character '.'"),
    });
  },
);

test('a file of the connection that is missing is no unreachable database', async () => {
  const run = await migrate('mongodb://me:secret@127.0.0.1:1/app?tls=true&tlsCAFile=/none.pem');
  const stderr = "error: ENOENT: no such file or directory, open '/none.pem'\n";
  expect(run).toMatchObject({ exitCode: 1, stdout: '', stderr });
});

test('a login that is refused with a code of the service is refused as any other', async () => {
  const { url } = await openDatabase();
  const through = await between(url, (name) => {
    if (name !== 'saslStart') return undefined;
    return { ok: 0, code: 8000, codeName: 'AtlasError', errmsg: 'bad auth : Authentication failed.' };
  });
  const run = await migrate(through.replace(/\/\/(?:[^@/]*@)?/, '//me:secret@'));
  expect(run).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining('bad auth') });
  expect(run.stderr).not.toContain('secret');
});

test('a host name that cannot be looked up is an unreachable database', async () => {
  vi.spyOn(dns.promises, 'resolveSrv').mockRejectedValue(
    Object.assign(new Error('querySrv ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'querySrv' }),
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const run = await migrate('mongodb+srv://me:secret@nowhere.example.com/app');
  expect(run).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('querySrv ENOTFOUND') });
});

test('--dry-run shows the plan, and changes nothing', async () => {
  const { url, db } = await openDatabase();
  const run = await migrate(url, ['--dry-run']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(planOf(run)).toEqual([CREATE]);
  expect(await db.listCollections().toArray()).toEqual([]);
});

test('everything is read from the primary, with any read preference in the URL', async () => {
  const { url, db } = await openDatabase();
  await sessionsOf(db).insertOne(session('a'));
  const asked: unknown[] = [];
  const through = await between(url, (name, { $readPreference }) => {
    if (['find', 'aggregate', 'listIndexes', 'listCollections'].includes(name))
      asked.push($readPreference?.mode);
    return undefined;
  });
  const lagging = withOption(through, 'readPreference', 'secondary');
  expect(await migrate(lagging)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(
    asked.filter((mode) => mode !== undefined && mode !== 'primary' && mode !== 'primaryPreferred'),
  ).toEqual([]);
  expect(asked.length).toBeGreaterThan(4);
});

test('numbers are read as in the app, with any options of the driver in the URL', async () => {
  const { url, db } = await openDatabase();
  await sessionsOf(db).insertOne(session('a'));
  const unpromoted = withOption(url, 'promoteValues', 'false');
  expect(await migrate(unpromoted)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await migrate(unpromoted, ['--check'])).toMatchObject({ exitCode: 0, stderr: '' });
});

test('with a service without retryable writes, none are used', async () => {
  const { url, db } = await openDatabase();
  await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
  await sessionsOf(db, 'old').insertOne(session('a'));
  const numbered: unknown[] = [];
  const through = await between(url, (_name, { txnNumber }) => {
    if (txnNumber !== undefined) numbered.push(txnNumber);
    return undefined;
  });
  expect(await migrate(withOption(through, 'retryWrites', 'false'), ['--from', 'old'])).toMatchObject({
    exitCode: 0,
  });
  expect(numbered).toEqual([]);
});

describe('a service that refuses unknown features', () => {
  const refusal = (code: number, codeName: string) => ({
    ok: 0,
    code,
    codeName,
    errmsg: `refused: ${codeName}`,
  });
  const isTtl = ({ indexes }: { indexes?: { expireAfterSeconds?: number }[] }) =>
    indexes?.some(({ expireAfterSeconds }) => expireAfterSeconds !== undefined);

  test.each([
    { code: 2, codeName: 'BadValue' },
    { code: 67, codeName: 'CannotCreateIndex' },
  ])(
    'a TTL on a date, with code $code: the message suggests prune, and --check agrees',
    async ({ code, codeName }) => {
      const { url, db } = await openDatabase();
      const through = await between(url, (name, command) =>
        name === 'createIndexes' && isTtl(command) ? refusal(code, codeName) : undefined,
      );
      const note = 'note: the database has no TTL on a date: let a timer run `prune` every hour\n';
      expect(await migrate(through)).toMatchObject({ exitCode: 0, stderr: note });
      expect(await migrate(through, ['--check'])).toMatchObject({ exitCode: 0, stderr: note });
      expect(await migrate(through)).toMatchObject({ exitCode: 0, stderr: note });
      await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
      expect(await migrate(through, ['prune'])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await sessionsOf(db).countDocuments()).toBe(0);
    },
  );

  test.each([
    { code: 67, codeName: 'CannotCreateIndex' },
    { code: 40415, codeName: 'Location40415' },
  ])(
    'a partial index, with code $code: the index contains all sessions, and --check agrees',
    async (answer) => {
      const naming = await loadMigration({ userKey: 'userId' });
      const { url, db } = await openDatabase();
      const through = await between(url, (name, { indexes }) => {
        const isPartial = name === 'createIndexes' && indexes[0].partialFilterExpression;
        return isPartial ? refusal(answer.code, answer.codeName) : undefined;
      });
      expect(await naming(through)).toMatchObject({ exitCode: 0, stderr: '' });
      const names = (await sessionsOf(db).listIndexes().toArray()).map(({ name }) => name);
      expect(names).toEqual(['_id_', 'session_ttl', 'session_all_users']);
      expect(await naming(through, ['--check'])).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test.each([
    { service: 'Cosmos DB', noTtl: true, noPartial: true, noQuorum: true, noHint: true },
    { service: 'DocumentDB', noQuorum: true, noCollation: true },
    { service: 'FerretDB', noQuorum: true, noHint: true, noAggregation: true },
  ])('the migration works without features that $service lacks', async (service) => {
    const naming = await loadMigration({ userKey: 'userId' });
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertMany([session('a'), session('over', { updated: -20 * DAY })]);
    const through = await between(url, (name, { indexes, commitQuorum, hint, pipeline }) => {
      const index = name === 'createIndexes' ? indexes[0] : {};
      const isMissing =
        (service.noTtl && index.expireAfterSeconds !== undefined) ||
        (service.noPartial && index.partialFilterExpression) ||
        (service.noCollation && index.collation) ||
        (service.noQuorum && commitQuorum) ||
        (service.noHint && hint) ||
        (service.noAggregation && pipeline?.[0].$documents);
      return isMissing ? refusal(2, 'BadValue') : undefined;
    });
    const plainUrl = withOption(through, 'retryWrites', 'false');
    expect(await naming(plainUrl)).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toMatchObject([{ user: '7' }]);
    expect(await naming(plainUrl, ['--check'])).toMatchObject({ exitCode: 0 });
  });

  test('the quorum of an index build: the index is created without it', async () => {
    const { url, db } = await openDatabase();
    const through = await between(url, (name, { commitQuorum }) =>
      name === 'createIndexes' && commitQuorum ? refusal(303, 'FeatureNotSupported') : undefined,
    );
    expect(await migrate(through)).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await sessionsOf(db).listIndexes().toArray()).map(({ name }) => name)).toEqual([
      '_id_',
      'session_ttl',
    ]);
  });

  test.each([
    { code: 13, codeName: 'Unauthorized', exitCode: 1, says: 'lacks a privilege: readWrite has all' },
    { code: 85, codeName: 'IndexOptionsConflict', exitCode: 1, says: 'refused: IndexOptionsConflict' },
    { code: 86, codeName: 'IndexKeySpecsConflict', exitCode: 1, says: 'refused: IndexKeySpecsConflict' },
    { code: 14031, codeName: 'OutOfDiskSpace', exitCode: 1, says: 'refused: OutOfDiskSpace' },
    { code: 189, codeName: 'PrimarySteppedDown', exitCode: 6, says: 'Run it again' },
    // These are the words of mongos.
    { code: 6, codeName: 'HostUnreachable', exitCode: 6, says: 'Run it again' },
    { code: 133, codeName: 'FailedToSatisfyReadPreference', exitCode: 6, says: 'Run it again' },
    { code: 262, codeName: 'ExceededTimeLimit', exitCode: 6, says: 'Run it again' },
    {
      code: 64,
      codeName: 'WriteConcernFailed',
      exitCode: 6,
      says: 'Run it again once MongoDB runs, accepts the login, and has a primary and a majority.',
    },
  ])(
    '$codeName is a failure, and the message says what to do',
    async ({ code, codeName, exitCode, says }) => {
      const { url } = await openDatabase();
      const through = await between(url, (name) =>
        name === 'createIndexes' ? refusal(code, codeName) : undefined,
      );
      const run = await migrate(through);
      expect(run).toMatchObject({ exitCode, stdout: expect.not.stringContaining('done') });
      expect(run.stderr).toContain(says);
      expect(run.progress).toEqual([`${CREATE} …`]);
      expect(await migrate(url)).toMatchObject({ exitCode: 0 });
    },
  );

  test('a validator that could not be tested beforehand', async () => {
    const { url, db } = await openDatabase();
    await sessionsOf(db).insertOne(session('over', { updated: -20 * DAY }));
    const through = await between(url, (name) =>
      name === 'delete' ? refusal(121, 'DocumentValidationFailure') : undefined,
    );
    expect(await migrate(through)).toMatchObject({
      exitCode: 1,
      progress: ['delete sessions that are over (1) …'],
      stderr: 'error: refused: DocumentValidationFailure\n',
    });
  });
});

describe('privileges', () => {
  let locked: OwnServer;
  beforeAll(async () => {
    locked = await startServer({ auth: { username: 'root', password: 'root' } });
  });
  afterAll(() => locked.stop());

  const loginWith = async (names: string[], name: string) => {
    const { db } = await openDatabase(locked);
    const roles = names.map((role) => ({ role, db: db.databaseName }));
    const url = await locked.createUser({ username: name, password: 's3cret', roles });
    return { url: withDatabase(url, db.databaseName), db };
  };

  test('the role readWrite is enough for everything', async () => {
    const { url, db } = await loginWith(['readWrite'], 'writer');
    await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
    await sessionsOf(db, 'old').insertOne(session('a'));
    const args = ['--from', 'old'];
    expect(await migrate(url, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await migrate(url, [...args, '--check'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('the role in the guide is enough for everything that concerns one collection', async ({ skip }) => {
    if (locked.kind === 'stand-in') skip('the stand-in has no roles of its own');
    const { db } = await openDatabase(locked);
    await createGuideRole(db, PLAIN);
    const url = await locked.createUser({
      username: 'small',
      password: 's3cret',
      roles: [{ role: 'sessions', db: db.databaseName }],
    });
    await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
    await sessionsOf(db).insertMany([session('a'), session('over', { updated: -20 * DAY })]);
    const own = withDatabase(url, db.databaseName);
    expect(await migrate(own)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await migrate(own, ['--check'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('with the role read, --check works, and other runs name the missing privilege', async () => {
    const { url } = await loginWith(['read'], 'reader');
    expect(await migrate(url, ['--check'])).toMatchObject({ exitCode: 3, stderr: '' });
    const refused = await migrate(url);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.progress).toEqual([`${CREATE} …`]);
    expect(refused.stderr).toContain('error: no login, or its user lacks a privilege: readWrite has all');
    expect(refused.stderr).not.toContain('s3cret');
  });

  test('without any role, even --check is refused', async () => {
    const { url } = await loginWith([], 'nobody');
    const refused = await migrate(url, ['--check']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('no login, or its user lacks a privilege');
  });

  test('a wrong password is reported as such', async () => {
    const { url } = await loginWith(['readWrite'], 'other');
    const refused = await migrate(url.replace('s3cret', 'wr0ng'));
    expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('Authentication failed') });
    expect(refused.stderr).not.toContain('wr0ng');
  });
});
