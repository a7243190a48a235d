import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnServer, startServer, withDatabase } from '../support/mongo/index.ts';
import { DAY, NOW } from '../support/old-stores.ts';
import { Terminal } from '../support/terminal.ts';
import { hash, makeProject, openDatabase, planOf, SCRIPT, type Stored, sessionsOf, TSX } from './project.ts';
import { between } from './proxy.ts';

const project = makeProject();

let server: OwnServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** As the store writes it; times in ms from now. */
function session(key: string, { updated = 0, lifetime = DAY, ...fields }: SessionOptions = {}): Stored {
  const updatedAt = new Date(NOW + updated);
  return {
    _id: hash(key),
    data: '{"userId":7}',
    cookie: { _maxAge: lifetime, _expire: NOW + updated + lifetime },
    expiresAt: new Date(NOW + updated + lifetime + 10_000),
    createdAt: updatedAt,
    updatedAt,
    version: 1,
    ...fields,
  };
}

interface SessionOptions {
  readonly updated?: number;
  readonly lifetime?: number;
  readonly [field: string]: unknown;
}

test.each([
  { args: ['--nonsense'], says: "Unknown option '--nonsense'" },
  { args: ['prune', 'more'], says: 'unknown argument more' },
  { args: ['drop'], says: 'unknown argument drop' },
  { args: ['prune', '--shard'], says: 'prune goes with --dry-run and --check only' },
  { args: ['--old-ttl', 'soon'], says: '--old-ttl soon: give seconds, or a number with m, h, d or w' },
  { args: ['--old-ttl', '14d'], says: '--old-ttl 14d: this is the present lifetime' },
  { args: ['--old-ttl', '0'], says: '--old-ttl 0: give seconds' },
  { args: ['--shard'], says: '--shard takes a sharded cluster' },
])('$args is refused', async ({ args, says }) => {
  const { url, db } = await openDatabase(server);
  const run = await project.start(url, args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`error: ${says}`) });
  expect(await db.listCollections().toArray()).toEqual([]);
});

test('--help says what there is', async () => {
  const run = await project.start('', ['--help']);
  expect(run).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringContaining('Exit codes: 0 done'),
  });
});

describe.each(['url', 'db', 'mongoose'] as const)('with the style %s', (style) => {
  const styled = makeProject({
    connection: style === 'url' ? { style, url: 'mongodb://localhost/app' } : { style },
  });

  test.each([
    { what: 'no URL', url: '', exitCode: 2, says: 'MONGODB_URL is not set' },
    { what: 'no URL of MongoDB', url: 'http://me:secret@host/', exitCode: 2, says: 'MONGODB_URL is not a' },
    { what: 'a bad URL', url: 'mongodb://me:sec%ret@host/app', exitCode: 2, says: 'MONGODB_URL is not a' },
    { what: 'nobody there', url: 'mongodb://me:secret@127.0.0.1:1/app', exitCode: 6, says: 'out of reach' },
  ])('$what ends in exit code $exitCode, and shows no credentials', async ({ url, exitCode, says }) => {
    const run = await styled.start(url);
    expect(run).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(`error: `) });
    expect(run.stderr).toContain(says);
    expect(run.stderr).not.toMatch(/sec/);
  });
});

test('--dry-run shows the plan, and changes nothing', async () => {
  const { url, db } = await openDatabase(server);
  const run = await project.start(url, ['--dry-run']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(planOf(run)).toEqual(['create index expiresAt_1 ({"expiresAt":1}, TTL 0 s)']);
  expect(await db.listCollections().toArray()).toEqual([]);
});

describe('prune', () => {
  test('deletes the sessions that are over, batch after batch, and no others', async () => {
    const { url, db } = await openDatabase(server);
    const over = Array.from({ length: 1001 }, (_, at) => session(`over-${at}`, { updated: -2 * DAY }));
    await sessionsOf(db).insertMany([...over, session('alive')]);
    expect(await project.start(url, ['prune', '--check'])).toMatchObject({ exitCode: 3 });
    expect(await project.start(url, ['prune'])).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toEqual([session('alive')]);
    expect(await project.start(url, ['prune', '--check'])).toMatchObject({ exitCode: 0 });
  });

  test('comes before a new TTL index, which would delete them in one go', async () => {
    const { url, db } = await openDatabase(server);
    await sessionsOf(db).insertOne(session('over', { updated: -2 * DAY }));
    const plan = planOf(await project.start(url, ['--dry-run']));
    expect(plan[0]).toBe('delete sessions that are over (1)');
    expect(plan[1]).toContain('create index expiresAt_1');
  });
});

describe('--old-ttl', () => {
  const TTL = 14 * DAY;

  test('gives living sessions with that lifetime the present one, reckoned from their last write', async () => {
    const { url, db } = await openDatabase(server);
    const browser = session('browser', { cookie: { _session: true }, expiresAt: new Date(NOW + 30 * DAY) });
    await sessionsOf(db).insertMany([
      session('old', { updated: -DAY, lifetime: 30 * DAY }),
      session('of its own', { lifetime: 90 * DAY }),
      browser,
    ]);
    const run = await project.start(url, ['--old-ttl', '30d', '--yes']);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(planOf(run)[1]).toBe(
      'change the lifetime of sessions from 2592000 s to 1209600 s (2): 0 of them end at once',
    );
    expect(await sessionsOf(db).find().toArray()).toEqual([
      session('old', { updated: -DAY, lifetime: TTL }),
      session('of its own', { lifetime: 90 * DAY }),
      { ...browser, expiresAt: new Date(NOW + TTL) },
    ]);
    expect(await project.start(url, ['--old-ttl', '30d', '--check'])).toMatchObject({ exitCode: 0 });
  });

  test('goes through the sessions once, however many there are', async () => {
    const { url, db } = await openDatabase(server);
    const some = Array.from({ length: 1200 }, (_, at) => session(`${at}`, { lifetime: 30 * DAY }));
    await sessionsOf(db).insertMany(some);
    const ids = some.map(({ _id }) => _id).sort();
    const starts: unknown[] = [];
    const through = await between(url, (command, { filter }) => {
      if (command === 'find' && filter.expiresAt) starts.push(filter._id);
      return undefined;
    });
    expect(await project.start(through, ['--old-ttl', '30d', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(starts).toEqual(['', ids[499], ids[999], ids[1199]].map((last) => ({ $gt: last })));
    expect(await sessionsOf(db).countDocuments({ expiresAt: new Date(NOW + TTL + 10_000) })).toBe(1200);
  });

  test('leaves alone what another store left and nobody can read', async () => {
    const { url, db } = await openDatabase(server);
    const old = { _id: new ObjectId(), sid: 'a', blob: '{', updatedAt: new Date(NOW) };
    const document = { ...old, expiresAt: new Date(NOW + 30 * DAY) };
    await sessionsOf(db).insertOne(document);
    expect(await project.start(url, ['--old-ttl', '30d', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).find().toArray()).toEqual([document]);
  });

  test('counts those that would end at once, and does nothing without consent', async () => {
    const { url, db } = await openDatabase(server);
    const sessions = [-1, -20].map((days) => session(`${days}`, { updated: days * DAY, lifetime: 30 * DAY }));
    await sessionsOf(db).insertMany(sessions);
    const run = await project.start(url, ['--old-ttl', '30d']);
    expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('1 of them end at once') });
    expect(await sessionsOf(db).find().toArray()).toEqual(sessions);
  });
});

test('lifetimes other than the present one are mentioned, and are no work', async () => {
  const { url, db } = await openDatabase(server);
  await project.start(url);
  await sessionsOf(db).insertMany([
    session('old', { lifetime: 30 * DAY }),
    session('new', { lifetime: 14 * DAY }),
  ]);
  const says = 'note: some sessions have a lifetime of 2592000 s: --old-ttl would change that';
  expect(await project.start(url, ['--check'])).toMatchObject({ exitCode: 0, stderr: says });
});

describe('with a user key', () => {
  const withUsers = makeProject({ userKey: 'userId' });

  test('sessions from before are given their user, so that all of them can be ended', async () => {
    const { url, db } = await openDatabase(server);
    const some = Array.from({ length: 700 }, (_, at) => session(`${at}`));
    await sessionsOf(db).insertMany([
      ...some,
      session('nobody', { data: '{}' }),
      session('damaged', { data: '{' }),
    ]);
    expect(await withUsers.start(url)).toMatchObject({ exitCode: 0 });
    expect(await sessionsOf(db).countDocuments({ user: '7', version: 1 })).toBe(700);
    expect(await sessionsOf(db).countDocuments({ user: { $exists: false } })).toBe(2);
    expect(await withUsers.start(url, ['--check'])).toMatchObject({ exitCode: 0 });
  });
});

describe('at a terminal', () => {
  test.each([
    { answer: 'y\r', exitCode: 0, count: 1, says: 'done, and verified' },
    { answer: '\r', exitCode: 4, count: 0, says: 'nothing was changed' },
    { answer: 'n\r', exitCode: 4, count: 0, says: 'nothing was changed' },
    { answer: '\u0003', exitCode: 4, count: 0, says: 'nothing was changed' },
    { answer: '\u0004', exitCode: 4, count: 0, says: 'nothing was changed' },
  ])('it asks, and $answer gives exit code $exitCode', async ({ answer, exitCode, count, says }) => {
    const { url, db } = await openDatabase(server);
    await sessionsOf(db).insertOne(session('a', { lifetime: 30 * DAY }));
    const terminal = new Terminal(process.execPath, ['--import', TSX, SCRIPT, '--old-ttl', '30d'], {
      cwd: project.folder,
      env: { ...project.env, MONGODB_URL: url },
    });
    await terminal.sees('Go on? [y/N] ');
    terminal.type(answer);
    expect(await terminal.ended).toMatchObject({ exitCode });
    expect(terminal.screen).toContain(says);
    expect(await sessionsOf(db).countDocuments({ 'cookie._maxAge': 14 * DAY })).toBe(count);
  });
});

describe('a server that refuses', () => {
  test.each([
    {
      failCommands: ['createIndexes'],
      errorCode: 85,
      says: 'The indexes were changed since the plan was made',
    },
    {
      failCommands: ['createIndexes'],
      errorCode: 86,
      says: 'The indexes were changed since the plan was made',
    },
    { failCommands: ['createIndexes'], errorCode: 67, says: 'needs `prune`, run by a timer' },
    { failCommands: ['collMod'], errorCode: 72, says: 'With --recreate, no collMod is needed' },
    {
      failCommands: ['collMod'],
      errorCode: 115,
      says: 'The service does not know this command.\nWith --recreate',
    },
    {
      failCommands: ['collMod'],
      errorCode: 59,
      says: 'The service does not know this command.\nWith --recreate',
    },
    { failCommands: ['collMod'], errorCode: 13, says: 'it needs the privilege collMod (in the role dbAdmin' },
  ])(
    '$failCommands with code $errorCode is no success, and what to do is said',
    async ({ says, ...refusal }) => {
      const { url, db } = await openDatabase(server);
      if (refusal.failCommands.includes('collMod')) {
        await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
      }
      await server.failCommand({ ...refusal, mode: 'alwaysOn', appName: 'refused' });
      const run = await project.start(`${url}?appName=refused`);
      await server.failCommand({ failCommands: refusal.failCommands, mode: 'off' });
      expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(says) });
      expect(run.stderr).toContain(`It would have run: {"${refusal.failCommands[0]}":"sessions"`);
      expect(await project.start(url)).toMatchObject({ exitCode: 0 });
    },
  );
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

  test('readWrite is enough for all but collMod', async () => {
    const { url, db } = await loginWith(['readWrite'], 'writer');
    expect(await project.start(url)).toMatchObject({ exitCode: 0 });
    await sessionsOf(db).dropIndex('expiresAt_1');
    await sessionsOf(db).createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });

    const refused = await project.start(url);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.not.stringContaining('done') });
    expect(refused.stderr).toContain(
      'it needs the privilege collMod (in the role dbAdmin)\nWith --recreate, no collMod is needed',
    );
    expect(await project.start(url, ['--recreate'])).toMatchObject({ exitCode: 0 });
  });

  test('read may look, and is told what it lacks', async () => {
    const { url } = await loginWith(['read'], 'reader');
    expect(await project.start(url, ['--check'])).toMatchObject({ exitCode: 3 });
    const refused = await project.start(url);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('it needs the privilege createIndex (in the role readWrite)');
    expect(refused.stderr).not.toContain('s3cret');
  });

  test('without any role, even looking is refused', async () => {
    const { url } = await loginWith([], 'nobody');
    const refused = await project.start(url, ['--check']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toBe('error: a plan needs find and listIndexes (in the role read)');
  });

  test('a wrong password is told as such', async () => {
    const { url } = await loginWith(['readWrite'], 'other');
    const refused = await project.start(url.replace('s3cret', 'wr0ng'));
    expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('Authentication failed') });
    expect(refused.stderr).not.toContain('wr0ng');
  });
});
