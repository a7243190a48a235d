import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLOORS } from '../../src/core/report/package-notes.ts';
import { runIn, startApp } from '../support/app.ts';
import { Browser } from '../support/http.ts';
import { installedAll } from '../support/managers/installed.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { run, temporaryFolder } from '../support/program.ts';
import { isExhaustive } from '../support/sampling.ts';
import { writeTree } from '../support/tree.ts';

/** The first release of the oldest version that causes no note, for each package. */
const OLDEST = {
  koa: '2.13.0',
  'koa-session': '7.0.0',
  keygrip: '1.1.0',
  mongodb: '6.0.0',
  mongoose: '8.0.0',
  '@types/koa': '2.15.0',
  '@types/keygrip': '1.0.0',
  '@types/node': '20.13.0',
  tsx: '4.0.0',
  typescript: '5.0.2',
};

test('the tested versions are the floors of the notes', () => {
  const named = Object.entries(FLOORS).map(([name, [major, minor]]) => [name, `${major}.${minor}`]);
  const tried = Object.entries(OLDEST).map(([name, version]) => [name, version.replace(/\.\d+$/, '')]);
  expect(Object.fromEntries(tried)).toEqual(Object.fromEntries(named));
});

const database = useDatabase();

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', outDir: 'dist', rootDir: '.' },
    ...{ strict: true, skipLibCheck: true, types: ['node'] },
  },
  include: ['src', 'scripts', 'test'],
};

/** An existing project with the oldest packages, with the app of `--app`. */
async function oldProject(args: readonly string[]): Promise<string | undefined> {
  const modules = await installedAll('floors', OLDEST);
  if (modules === undefined) return undefined;
  const { typescript, tsx, ...others } = OLDEST;
  const folder = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({
      ...{ name: 'old', type: 'module', dependencies: others, devDependencies: { typescript, tsx } },
    }),
    'tsconfig.json': JSON.stringify(TSCONFIG),
  });
  symlinkSync(modules, join(folder, 'node_modules'));
  const { exitCode, stdout } = await run(['.', '--yes', '--app', ...args], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.not.stringContaining('note:') });
  return folder;
}

// Installs the packages.
describe.runIf(isExhaustive)('with the oldest supported packages', () => {
  test.for([
    { args: ['-c', 'url', '--url', 'mongodb://127.0.0.1:27017/shop', '--user-key', 'userId', '--encrypt'] },
    { args: ['-c', 'db', '--on-concurrent-write', 'throw'] },
    { args: ['-c', 'mongoose', '--absolute-ttl', '30d', '--rolling'] },
  ])('the app compiles, runs its migration and keeps sessions: $args', async ({ args }, { skip }) => {
    const folder = await oldProject(args);
    if (folder === undefined) return skip();
    const compiled = await runIn(folder, ['node', 'node_modules/typescript/bin/tsc'], {});
    expect(compiled).toMatchObject({ all: '', exitCode: 0 });
    const keys = 'a'.repeat(43);
    const env = { MONGODB_URL: database.url, APP_KEYS: keys, SESSION_ENCRYPTION_KEYS: keys };
    const migrated = await runIn(folder, ['tsx', 'scripts/migrate-sessions.ts'], env);
    expect(migrated).toMatchObject({
      all: expect.stringMatching(/done, and verified|nothing to do/),
      exitCode: 0,
    });
    const app = await startApp(folder, ['node', 'dist/src/server.js'], env);
    const browser = new Browser(app.origin);
    await browser.get('/');
    expect((await browser.get('/')).text).toContain('Views: 2');
  });
});
