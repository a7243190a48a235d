import { setTimeout } from 'node:timers/promises';
import mongoose from 'mongoose';
import { afterEach, describe, expect, vi } from 'vitest';
import { loadGenerated, PLAIN, STYLES } from '../../support/generated.ts';
import { type OwnServer, type ServerOptions, startServer, withDatabase } from '../../support/mongo/index.ts';
import { oneIn } from '../../support/sampling.ts';
import { connectionTo, startFaultyApp } from './app.ts';

interface Fault {
  name: string;
  options?: ServerOptions;
  query?: Record<string, string>;
  befall(server: OwnServer): Promise<void>;
  /** The response to a request that changes its session meanwhile: 200, or 500 with this text. */
  gets: 200 | RegExp;
  end?(server: OwnServer): Promise<void>;
}

/** Most of the tests start a server and an app of their own. */
const sampled = oneIn(6);

afterEach(() => vi.unstubAllEnvs());

const writes = ['update'];

const faults: Fault[] = [
  {
    name: 'a server that is down',
    befall: (server) => server.pause(),
    gets: /^SessionStoreError: Session get failed: .*ECONNREFUSED/,
    end: (server) => server.resume(),
  },
  {
    name: 'a server that was restarted between requests',
    options: { replicaSet: true },
    befall: async (server) => {
      await server.pause();
      await server.resume();
    },
    gets: 200,
  },
  {
    name: 'a connection that breaks while it writes',
    befall: (server) => server.failCommand({ failCommands: writes, closeConnection: true }),
    gets: /^SessionStoreError: Session set failed: connection .* closed/,
  },
  {
    name: 'a connection that breaks while it writes, in a replica set, where the driver retries',
    options: { replicaSet: true },
    befall: (server) => server.failCommand({ failCommands: writes, closeConnection: true }),
    gets: 200,
  },
  {
    name: 'a step-down of the primary',
    options: { replicaSet: true },
    befall: (server) => server.stepDown(),
    gets: 200,
  },
  {
    name: 'a slow server',
    befall: (server) => server.failCommand({ failCommands: ['find'], blockTimeMS: 60_000 }),
    gets: /^SessionStoreError: MongoDB gave no answer in 10000 ms/,
  },
  {
    name: 'a user who may not write',
    befall: (server) => server.failCommand({ failCommands: writes, errorCode: 13 }),
    gets: /^SessionStoreError: Session set failed: MongoDB answered Unauthorized \(code 13\)/,
  },
  {
    name: 'a user who may not read',
    befall: (server) => server.failCommand({ failCommands: ['find'], errorCode: 13 }),
    gets: /^SessionStoreError: Session get failed: MongoDB answered Unauthorized \(code 13\)/,
  },
  {
    name: 'a failed write concern',
    options: { replicaSet: true },
    befall: (server) =>
      server.failCommand({
        failCommands: writes,
        writeConcernError: {
          code: 64,
          codeName: 'WriteConcernFailed',
          errmsg: 'waiting for replication timed out',
        },
      }),
    gets: /^SessionStoreError: Session set failed: MongoDB answered WriteConcernFailed \(code 64\)/,
  },
  {
    name: 'a full disk',
    befall: (server) => server.failCommand({ failCommands: writes, errorCode: 14031 }),
    gets: /^SessionStoreError: Session set failed: MongoDB answered \w+ \(code 14031\)/,
  },
];

describe.concurrent('acknowledged writes are kept, the next request works, and the process ends without help', () => {
  for (const { name, options, query, befall, gets, end } of faults)
    sampled(`after ${name}`, async () => {
      await using server = disposable(await startServer(options));
      await using app = await startFaultyApp(server, 'url', query);
      const browser = app.browser();
      expect(await browser.post('/?before=1')).toMatchObject({ status: 200 });

      await befall(server);
      const during = await browser.post('/?during=1');
      if (gets === 200) expect(during).toMatchObject({ status: 200 });
      else expect(during).toMatchObject({ status: 500, text: expect.stringMatching(gets) });
      expect(await browser.get('/free')).toMatchObject({ status: 200, text: 'needs no session' });

      await end?.(server);
      expect(await browser.post('/?after=1')).toMatchObject({ status: 200 });
      expect(JSON.parse((await browser.get('/')).text)).toMatchObject({
        before: '1',
        after: '1',
        ...(gets === 200 && { during: '1' }),
      });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });

  for (const style of ['url', 'host', 'db', 'mongoose'] as const)
    sampled(`style ${style}: after a kill during a request`, async () => {
      await using server = disposable(await startServer());
      await using app = await startFaultyApp(server, style);
      const browser = app.browser();
      await browser.post('/?before=1');

      const arrived = app.atTheGate();
      const slow = browser.post('/slow?during=1');
      await arrived;
      await server.pause();
      app.openGate();
      expect(await slow).toMatchObject({
        status: 500,
        text: expect.stringMatching(/^SessionStoreError: Session set failed: /),
      });

      await server.resume();
      expect(await browser.post('/?after=1')).toMatchObject({ status: 200 });
      expect(JSON.parse((await browser.get('/')).text)).toEqual({ before: '1', after: '1' });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

describe.concurrent('regenerate()', () => {
  for (const { what, failCommands } of [
    { what: 'to store the new session', failCommands: ['update'] },
    { what: 'to end the old session', failCommands: ['delete'] },
  ])
    sampled(`a failure ${what} logs nobody out, and loses nothing`, async () => {
      await using server = disposable(await startServer());
      await using app = await startFaultyApp(server);
      const browser = app.browser();
      await browser.post('/?before=1');
      await server.failCommand({ failCommands, errorCode: 13, mode: { times: 2 } });
      expect(await browser.post('/login')).toMatchObject({ status: 500 });
      expect(JSON.parse((await browser.get('/')).text)).toEqual({ before: '1' });
      expect(await browser.post('/login')).toMatchObject({ status: 200 });
      expect(JSON.parse((await browser.get('/')).text)).toEqual({ before: '1', user: 'ann' });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

describe.concurrent('a write that was reported as failed', () => {
  for (const onConcurrentWrite of ['merge', 'overwrite', 'throw'] as const)
    sampled(`does not overwrite a later one: ${onConcurrentWrite}`, async () => {
      await using server = disposable(await startServer());
      await using app = await startFaultyApp(server, 'url', {}, { onConcurrentWrite });
      const browser = app.browser();
      await browser.post('/?a=1');
      await server.failCommand({ failCommands: writes, blockTimeMS: 12_000, mode: { times: 1 } });
      const late = browser.post('/?a=late');
      expect(await late).toMatchObject({ status: 500, text: expect.stringMatching(/gave no answer/) });
      expect(await browser.post('/?a=acknowledged')).toMatchObject({ status: 200 });
      // Longer than the server delays the late write: no event signals its end.
      await setTimeout(4000);
      expect(JSON.parse((await browser.get('/')).text)).toEqual({ a: 'acknowledged' });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

describe.concurrent('a database that is down when the app starts', () => {
  for (const style of ['url', 'host', 'db'] as const)
    sampled(`style ${style}: each request fails while it is down, and succeeds once it is up`, async () => {
      await using server = disposable(await startServer());
      await server.pause();
      await using app = await startFaultyApp(server, style);
      const browser = app.browser();
      const [one, other] = await Promise.all([browser.post('/?one=1'), app.browser().post('/?other=1')]);
      for (const page of [one, other]) {
        expect(page).toMatchObject({
          status: 500,
          text: expect.stringMatching(/^SessionStoreError: Session set failed: .*ECONNREFUSED/),
        });
      }
      await server.resume();
      expect(await browser.post('/?later=1')).toMatchObject({ status: 200 });
      expect(JSON.parse((await browser.get('/')).text)).toEqual({ later: '1' });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

describe.concurrent('the first request of a new session', () => {
  for (const { name, times, status, text } of [
    { name: 'is retried', times: 1, status: 200, text: /one/ },
    {
      name: 'fails in the end',
      times: 2,
      status: 500,
      text: /^SessionStoreError: Session set failed: .*\(code 11000\)/,
    },
  ])
    sampled(`after ${times} duplicate key error(s), ${name}`, async () => {
      await using server = disposable(await startServer());
      await using app = await startFaultyApp(server);
      await server.failCommand({
        failCommands: writes,
        errorCode: 11000,
        errorExtraInfo: { keyPattern: { _id: 1 }, keyValue: { _id: 'a key' } },
        mode: { times },
      });
      const browser = app.browser();
      expect(await browser.post('/?one=1')).toMatchObject({ status, text: expect.stringMatching(text) });
      expect(await browser.post('/?two=2')).toMatchObject({ status: 200 });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

sampled(
  'with a Mongoose connection that is not open, each request fails; whenever it is open, requests succeed',
  async () => {
    await using server = disposable(await startServer());
    const { connection, sessions: module } = await loadGenerated({ ...PLAIN, connection: STYLES.mongoose });
    const opened = mongoose.createConnection();
    const store = new module.Sessions(connection.connect(opened), { ttl: 60_000 });
    for (const operation of [store.get('a key'), store.set('a key', {}), store.ready()]) {
      await expect(operation).rejects.toThrow(/not open: await mongoose\.connect/);
    }
    await opened.openUri(server.url);
    await store.set('a key', { views: 1 });
    expect(await store.load('a key')).toEqual({ views: 1 });
    await opened.close();
    await expect(store.get('a key')).rejects.toMatchObject({ name: 'SessionStoreError' });
    await opened.openUri(server.url);
    expect(await store.load('a key')).toEqual({ views: 1 });
    await opened.close();
  },
);

for (const style of ['url', 'host'] as const)
  sampled(`style ${style}: a closed store does not connect again for a late request`, async () => {
    await using server = disposable(await startServer());
    vi.stubEnv('MONGODB_URL', withDatabase(server.url, 'app'));
    const { connection, sessions: module } = await loadGenerated({
      ...PLAIN,
      connection: connectionTo(server, style),
    });
    const store = new module.Sessions(connection.connect(), { ttl: 60_000 });
    await store.set('a key', {});
    await store.close();
    await expect(store.set('a key', {})).rejects.toThrow('The session database was closed.');
  });

sampled('an unacknowledged write is refused, since its result looks the same as after a logout', async () => {
  await using server = disposable(await startServer());
  await using app = await startFaultyApp(server);
  const browser = app.browser();
  await browser.post('/?one=1');
  await using careless = await startFaultyApp(server, 'url', { w: '0' });
  const refused = { status: 500, text: expect.stringMatching(/^SessionStoreError: .*w=0/) };
  expect(await careless.browser().post('/?one=1')).toMatchObject(refused);
  const same = browser.at(careless.browser().origin);
  expect(await same.get('/')).toMatchObject({ status: 200 });
  expect(await same.post('/?two=2')).toMatchObject(refused);
  expect(await careless.end()).toEqual({ exitCode: 0, stderr: '' });
});

describe.concurrent('a pool without a free connection', () => {
  sampled('makes a waiting request fail, and the next one succeeds', async () => {
    await using server = disposable(await startServer());
    await using app = await startFaultyApp(server, 'url', { maxPoolSize: '1' });
    const [one, other] = [app.browser(), app.browser()];
    await one.post('/?one=1');
    await other.post('/?other=1');
    await server.failCommand({ failCommands: ['find'], blockTimeMS: 8000 });
    const pages = await Promise.all([one.get('/'), other.get('/')]);
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 500]);
    const failed = pages.find(({ status }) => status === 500);
    expect(failed?.text).toMatch(
      /^SessionStoreError: Session get failed: Timed out while checking out a connection/,
    );
    expect((await Promise.all([one.get('/'), other.get('/')])).map(({ text }) => JSON.parse(text))).toEqual([
      { one: '1' },
      { other: '1' },
    ]);
    expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe.concurrent('a server that requires a login', () => {
  const auth = { username: 'root', password: 'the-password-of-root' };

  sampled(
    'with a read-only user, reads work, writes fail with the code, and no message shows the password',
    async () => {
      await using server = disposable(await startServer({ auth }));
      const reader = { username: 'reader', password: 'the-password-of-reader' };
      const url = await server.createUser({ ...reader, roles: [{ role: 'read', db: 'app' }] });
      await using app = await startFaultyApp({ ...server, url });
      const browser = app.browser();
      expect(await browser.get('/')).toMatchObject({ status: 200 });
      expect(await browser.post('/?one=1')).toMatchObject({
        status: 500,
        text: 'SessionStoreError: Session set failed: MongoDB answered Unauthorized (code 13)',
      });
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    },
  );

  for (const style of ['url', 'db'] as const)
    sampled(`style ${style}: a wrong password fails each request`, async () => {
      await using server = disposable(await startServer({ auth }));
      const url = server.url.replace(auth.password, 'a-wrong-password');
      await using app = await startFaultyApp({ ...server, url }, style);
      for (let request = 0; request < 2; request += 1) {
        expect(await app.browser().post('/?one=1')).toMatchObject({
          status: 500,
          text: 'SessionStoreError: Session set failed: MongoDB answered AuthenticationFailed (code 18)',
        });
      }
      expect(await app.end()).toEqual({ exitCode: 0, stderr: '' });
    });
});

function disposable(server: OwnServer): OwnServer & AsyncDisposable {
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}
