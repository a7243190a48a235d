import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { compiled } from '../support/compiled.ts';
import { chooseSource } from '../support/mongo/choose.ts';
import { startFrom, startMongo } from '../support/mongo/start.ts';
import type {} from '../support/run-folder-setup.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let memo: string;

/** A machine without an installed or cached mongod, on which downloads fail. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choose-'));
  memo = join(folder, 'memo', 'failed.json');
  vi.stubEnv('MONGODB_TEST_URL', undefined);
  vi.stubEnv('MONGODB_TEST_REQUIRE', undefined);
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', undefined);
  vi.stubEnv('MONGOMS_VERSION', '6.0.1');
  vi.stubEnv('MONGOMS_DOWNLOAD_DIR', folder);
  vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'https://127.0.0.1:1');
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('without any mongod', () => {
  test('the stand-in is chosen, with the reason', async () => {
    expect(await chooseSource(memo)).toEqual({
      kind: 'stand-in',
      because: 'the download of mongod failed: 127.0.0.1:1 cannot be reached',
    });
  });

  test('the download is not tried again within the hour', async () => {
    await chooseSource(memo);
    const before = await readFile(memo, 'utf8');
    expect(await chooseSource(memo)).toMatchObject({
      because: expect.stringContaining('not tried again before'),
    });
    expect(await readFile(memo, 'utf8')).toBe(before);
  });

  test('the download is tried again after an hour', async () => {
    await chooseSource(memo);
    const failed = JSON.parse(await readFile(memo, 'utf8'));
    await writeFile(memo, JSON.stringify({ ...failed, at: failed.at - HOUR_MS }));
    expect(await chooseSource(memo)).toMatchObject({
      because: expect.not.stringContaining('not tried again'),
    });
  });

  test('another version is tried immediately', async () => {
    await chooseSource(memo);
    vi.stubEnv('MONGOMS_VERSION', '6.0.2');
    expect(await chooseSource(memo)).toMatchObject({
      because: expect.not.stringContaining('not tried again'),
    });
  });

  test('a half-written record of a failed download is ignored', async () => {
    await chooseSource(memo);
    await writeFile(memo, '{"at":');
    expect(await chooseSource(memo)).toMatchObject({
      because: expect.not.stringContaining('not tried again'),
    });
  });

  test('MONGODB_TEST_REQUIRE=real makes it an error that says what to do', async () => {
    vi.stubEnv('MONGODB_TEST_REQUIRE', 'real');
    await expect(chooseSource(memo)).rejects.toThrow(/MONGODB_TEST_REQUIRE=real.*MONGOMS_SYSTEM_BINARY/);
  });
});

/** The program that is started as mongod is a fake in its own folder. */
const FAKE_MONGOD = join(inject('runFolder'), 'fake-mongod', 'mongod');

describe.skipIf(process.platform === 'win32')('with a mongod', () => {
  beforeAll(async () => {
    const program = await compiled(join(import.meta.dirname, 'fake-mongod/mongod.ts'));
    await mkdir(dirname(FAKE_MONGOD));
    // It is often asked only for its version, for which the stand-in need not be loaded.
    const script = `#!/bin/sh
[ "$1" = --version ] && exec echo 'db version v6.0.99'
exec node '${program}' "$@"
`;
    await writeFile(FAKE_MONGOD, script, { mode: 0o755 });
  });
  beforeEach(() => vi.stubEnv('MONGOMS_SYSTEM_BINARY', FAKE_MONGOD));
  const source = { kind: 'mongod', binary: FAKE_MONGOD, version: '6.0.99' } as const;

  test('the named one is chosen', async () => {
    vi.stubEnv('MONGODB_TEST_REQUIRE', 'real');
    expect(await chooseSource(memo)).toEqual(source);
  });

  test('the one on the PATH is chosen if no version is requested', async () => {
    vi.stubEnv('MONGOMS_SYSTEM_BINARY', undefined);
    vi.stubEnv('MONGOMS_VERSION', undefined);
    vi.stubEnv('PATH', `${join(FAKE_MONGOD, '..')}:${process.env.PATH}`);
    expect(await chooseSource(memo)).toEqual(source);
  });

  test('one that does not run is reported', async () => {
    vi.stubEnv('MONGOMS_SYSTEM_BINARY', '/bin/false');
    expect(await chooseSource(memo)).toMatchObject({
      because: expect.stringContaining('/bin/false does not run'),
    });
  });

  test('it is started with a user, pauses, and comes back on its port', async () => {
    const server = await startFrom(source, {
      auth: { username: 'ann', password: 'p@ss' },
      ttlMonitorSeconds: 3,
    });
    const client = await MongoClient.connect(server.url);
    expect(await client.db('admin').command({ getParameter: 1, ttlMonitorSleepSecs: 1 })).toMatchObject({
      ttlMonitorSleepSecs: 3,
    });
    await client.close();
    await server.pause();
    await expect(MongoClient.connect(server.url, { serverSelectionTimeoutMS: 100 })).rejects.toThrow(
      'ECONNREFUSED',
    );
    await server.resume();
    const again = await MongoClient.connect(server.url.replace(/\/\/.*@/, '//'));
    expect(await again.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await again.close();
    await server.stop();
  });

  test('for a user with fewer rights, there is also one with all rights', async () => {
    const roles = [{ role: 'read', db: 'app' }];
    const server = await startFrom(source, { auth: { username: 'ann', password: 'p', roles } });
    const client = await MongoClient.connect(server.url);
    await expect(client.db('app').collection('things').insertOne({})).rejects.toMatchObject({ code: 13 });
    await server.failCommand({ failCommands: ['find'], errorCode: 8000 });
    await expect(client.db('app').collection('things').findOne()).rejects.toMatchObject({ code: 8000 });
    await client.close();
    await server.stop();
  });

  test('its kind and version are announced', async () => {
    const server = await startMongo();
    expect(server).toMatchObject({
      kind: 'mongod',
      version: '6.0.99',
      announce: 'MongoDB: mongod 6.0.99 by mongodb-memory-server',
    });
    await server.stop();
  });
});
