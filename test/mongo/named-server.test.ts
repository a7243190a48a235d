import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startMongo } from '../support/mongo/start.ts';
import { isExhaustive } from '../support/sampling.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serving: ResultPromise[] = [];

afterEach(async () => {
  for (const child of serving.splice(0)) {
    child.kill('SIGTERM');
    await child;
  }
});

/** Starts the stand-in in another process, and returns the URL that it prints. */
async function serve(...flags: string[]): Promise<string> {
  const child = execa('node', ['--import', 'tsx', 'test/support/mongo/serve.ts', ...flags], { cwd: root });
  serving.push(child);
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return url;
}

const runTests = (url: string, ...more: string[]) =>
  execa('node', ['node_modules/vitest/vitest.mjs', 'run', ...more], {
    cwd: root,
    reject: false,
    all: true,
    env: { MONGODB_TEST_URL: url, NO_COLOR: '1' },
  });

describe('MONGODB_TEST_URL', () => {
  // Starts vitest again.
  test.runIf(isExhaustive)(
    'makes the tests run on the server that it names, with a login, and nothing is left there',
    async () => {
      const url = await serve('--auth', 'ann:p@ss/word', '--server-version', '4.4', '--replica-set');
      const run = await runTests(url, 'test/mongo/conformance', '-t', 'the shared server');
      expect(run.all).toMatch(/Tests +\d+ passed/);
      expect(run).toMatchObject({ exitCode: 0 });
      expect(run.all).toContain(`${new URL(url).host}`);
      expect(run.all).toContain('(MONGODB_TEST_URL)');
      expect(run.all).not.toContain('p%40ss');
      const client = await MongoClient.connect(url);
      const { databases } = await client.db('admin').command({ listDatabases: 1 });
      const { version, modules } = await client.db('admin').command({ buildInfo: 1 });
      const { setName, maxWireVersion } = await client.db('admin').command({ hello: 1 });
      await client.close();
      expect(databases).toEqual([]);
      // The version that was requested.
      expect({ version, modules, setName, maxWireVersion }).toEqual({
        version: '4.4.0',
        modules: ['stand-in'],
        setName: 'rs0',
        maxWireVersion: 9,
      });
    },
  );

  test('with an unreachable server is an error before the first test, with the reason', async () => {
    const url = 'mongodb://ann:secret@127.0.0.1:1/?serverSelectionTimeoutMS=200';
    vi.stubEnv('MONGODB_TEST_URL', url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { message } = await startMongo().then(
      () => new Error('It was started.'),
      (error: Error) => error,
    );
    expect(message).toContain('MONGODB_TEST_URL: ');
    expect(message).toContain('127.0.0.1:1/?serverSelectionTimeoutMS=200 cannot be used: ');
    expect(message).not.toContain('secret');
  });
});
