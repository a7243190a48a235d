import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FROM_SOURCE, runIn, startApp } from '../support/app.ts';
import { goldenNamed, projectAt } from '../support/goldens.ts';
import { Browser } from '../support/http.ts';
import { startServer, useDatabase, withDatabase } from '../support/mongo/index.ts';
import { MODULES } from '../support/packages.ts';
import { installProject } from '../support/project.ts';
import { oneIn, sample } from '../support/sampling.ts';

const database = useDatabase();
/** The database of the built app: the script creates its index. */
const deployed = useDatabase();
/** The database of the bundled script. */
const bundled = useDatabase();

/** A style that opens its own connection, and one that passes the connection of the app. */
const projects = sample(['url', 'all-options'], 1).map(goldenNamed);

test('the migration runs without tsx as described in the guide', async () => {
  const { project, settings } = goldenNamed('existing-with-app');
  const folder = installProject(project);
  const guide = readFileSync(join(folder, settings.dir, 'README.md'), 'utf8');
  const [, options = '', script = ''] = /`npx esbuild ([^`]+)`, and run `node ([^`]+)`/.exec(guide) ?? [];
  const esbuild = join(MODULES, '.bin', 'esbuild');
  expect(await runIn(folder, [esbuild, ...options.split(' ')], {})).toMatchObject({ exitCode: 0 });
  const env = { MONGODB_URL: bundled.url };
  expect(await runIn(folder, ['node', script], env)).toMatchObject({ exitCode: 0 });
  expect(await runIn(folder, ['node', script, '--check'], env)).toMatchObject({ exitCode: 0 });
});

describe.each(projects)('the scripts of $name', (golden) => {
  const env = { MONGODB_URL: database.url };
  const install = () => installProject(golden.project);
  const sampled = oneIn(12);

  sampled('dev starts the app', async () => {
    const { origin } = await startApp(install(), ['npm', 'run', 'dev'], env);
    expect((await new Browser(origin).get('/')).text).toContain('Views: 1');
  });

  sampled('build compiles the app, start runs it, and SIGTERM stops it', async () => {
    const folder = install();
    const env = { MONGODB_URL: deployed.url };
    expect(await runIn(folder, ['npm', 'run', 'build'], env)).toMatchObject({ exitCode: 0 });
    const migration = ['node', 'dist/scripts/migrate-sessions.js'] as const;
    expect(await runIn(folder, migration, env)).toMatchObject({ exitCode: 0 });
    const app = await startApp(folder, ['node', 'dist/src/server.js'], env);
    expect((await new Browser(app.origin).get('/')).text).toContain('Views: 1');
    expect(await app.stop()).toBe(0);
    const { origin } = await startApp(folder, ['npm', 'start'], env);
    expect((await new Browser(origin).get('/health')).text).toBe('ok');
  });

  sampled('typecheck passes', async () => {
    expect(await runIn(install(), ['npm', 'run', 'typecheck'], env)).toMatchObject({ exitCode: 0 });
  });

  sampled('migrate:sessions creates the index that the app asks for at its start', async () => {
    const folder = install();
    const before = await startApp(folder, FROM_SOURCE, env);
    expect(before.output()).toContain('npm run migrate:sessions');
    await before.stop();
    expect(await runIn(folder, ['npm', 'run', 'migrate:sessions'], env)).toMatchObject({ exitCode: 0 });
    const after = await startApp(folder, FROM_SOURCE, env);
    expect(after.output()).not.toContain('migrate:sessions');
  });

  sampled('test logs in and out, and leaves no session', async () => {
    const before = await countSessions(golden.settings.collection);
    const { exitCode, all } = await runIn(install(), ['npm', 'test'], { MONGODB_TEST_URL: database.url });
    expect(all).toContain('# pass 1');
    expect(exitCode).toBe(0);
    expect(await countSessions(golden.settings.collection)).toBe(before);
  });

  sampled('keys:new prints 32 random bytes', async () => {
    const { stdout } = await runIn(install(), ['npm', 'run', '--silent', 'keys:new'], env);
    expect(Buffer.from(stdout, 'base64url')).toHaveLength(32);
  });
});

describe('npm test in an app with the address of its database in the code', () => {
  const install = (url: string) => installProject(projectAt(goldenNamed('host'), url));
  const sampled = oneIn(4);

  sampled('uses that database', async () => {
    const server = await startServer();
    onTestFinished(() => server.stop());
    expect(await runIn(install(withDatabase(server.url, 'app')), ['npm', 'test'], {})).toMatchObject({
      exitCode: 0,
      all: expect.stringContaining('# pass 1'),
    });
  });

  sampled('says what to set if the database cannot be reached', async () => {
    // Nothing listens on the port `discard`.
    const { exitCode, all } = await runIn(install('mongodb://127.0.0.1:9/app'), ['npm', 'test'], {});
    expect(exitCode).toBe(1);
    expect(all).toContain(
      'The test needs the MongoDB of the app. Start it, or set HOST and PORT in src/session/connection.ts.',
    );
  });
});

async function countSessions(collection: string): Promise<number> {
  const client = new MongoClient(database.url);
  try {
    return await client.db().collection(collection).countDocuments();
  } finally {
    await client.close();
  }
}
