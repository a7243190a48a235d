import { chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { placeText } from '../../../src/core/project/place.ts';
import { NO_ALIASES, readAliases } from '../../../src/io/read/aliases.ts';
import { readKoaSources } from '../../../src/io/read/koa-sources.ts';
import { findById, findImporters, sourceFiles } from '../../../src/io/read/sources.ts';
import { temporaryFolder } from '../../support/program.ts';
import { source } from '../../support/rerun/generate.ts';
import { isExhaustive } from '../../support/sampling.ts';
import { writeTree } from '../../support/tree.ts';

test('sources are the files of the project itself, in any folder', async () => {
  const root = writeTree(await temporaryFolder(), {
    'a.ts': '',
    'src/b.mts': '',
    'src/deep/er/c.jsx': '',
    'src/notes.md': '',
    'src/notes': '',
    'bin/www': '',
    'bin/setup.sh': '',
    'node_modules/x/d.ts': '',
    'dist/e.js': '',
    '.hidden/f.ts': '',
    'packages/other/.koa-mongo-session/manifest.json': '',
    'packages/other/g.ts': '',
    'worktree/.git': '',
    'worktree/h.ts': '',
  });
  symlinkSync('.', join(root, 'circle'));
  expect([...sourceFiles(root)].sort()).toEqual(['a.ts', 'bin/www', 'src/b.mts', 'src/deep/er/c.jsx']);
});

test.each([
  ['src/session/store.ts', 'src/app.ts', "import { Store } from './session/store.js';"],
  ['src/session/store.ts', 'test/a.test.ts', "const s = await import('../src/session/store');"],
  ['src/session/index.ts', 'src/app.ts', "import { sessions } from './session/index.ts';"],
  ['src/session/index.ts', 'src/app.ts', "import { sessions } from './session';"],
  ['src/session/index.ts', 'src/session/own.ts', "import { sessions } from './index.js';"],
  ['src/session/index.ts', 'src/session/deep/own.cjs', "require('../index');"],
])('%s is imported by %s: %s', async (path, importer, text) => {
  const root = writeTree(await temporaryFolder(), { [path]: '', [importer]: text, 'src/other.ts': 'store' });
  expect(findImporters(root, new Set([path]), NO_ALIASES).importers).toEqual(new Map([[path, [importer]]]));
});

test.each([
  ['#s/store.ts', { '#s/*': './src/session/*' }],
  ['#s/store', { '#s/*': { types: null, default: ['./src/session/*.ts'] } }],
  ['#sessions', { '#sessions': './src/session/store.ts' }],
])('a module is imported as %s by the "imports" of package.json', async (specifier, imports) => {
  const root = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ imports }),
    'src/app.ts': `import { Store } from '${specifier}';`,
    'src/other.ts': `import { store } from '#other/store.ts';`,
  });
  const path = 'src/session/store.ts';
  expect(findImporters(root, new Set([path]), NO_ALIASES).importers).toEqual(
    new Map([[path, ['src/app.ts']]]),
  );
});

test.each([
  { name: '@/session', paths: { '@/*': ['./src/*'] } },
  { name: '@/session/index.js', paths: { '@/*': ['./src/*'] } },
  { name: '@auth', paths: { '@auth': ['./src/session/index.ts'] } },
  { name: 'session', baseUrl: './src' },
  { name: '~lib/session', baseUrl: './src', paths: { '~lib/*': ['lib/*', '*'] } },
])(
  'a module can be imported as $name with baseUrl $baseUrl and paths $paths in tsconfig.json',
  async ({ name, ...compilerOptions }) => {
    const root = writeTree(await temporaryFolder(), {
      'tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json', include: ['src'] }),
      'tsconfig.base.json': JSON.stringify({ compilerOptions }),
      'src/app.ts': `import { sessions } from '${name}';`,
    });
    const path = 'src/session/index.ts';
    const { importers } = findImporters(root, new Set([path]), readAliases(root, ''));
    expect(importers).toEqual(new Map([[path, ['src/app.ts']]]));
  },
);

test('a name that tsconfig.json maps to another module is not confused with one that ends the same', async () => {
  const root = writeTree(await temporaryFolder(), {
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./lib/*'] } } }),
    'src/app.ts': "import { sessions } from '@/session';",
  });
  const { importers } = findImporters(root, new Set(['src/session/index.ts']), readAliases(root, ''));
  expect(importers).toEqual(new Map());
});

test('a file that cannot be read, for example because of its size, is named', async () => {
  const root = writeTree(await temporaryFolder(), { 'src/app.ts': '' });
  truncateSync(join(root, 'src/app.ts'), 20_000_001);
  expect(findImporters(root, new Set(['src/session/index.ts']), NO_ALIASES).unread).toEqual(['src/app.ts']);
});

test('folders, special files and almost empty files are skipped', async () => {
  const root = writeTree(await temporaryFolder(), { 'moved/store.ts': source('store'), 'empty.ts': '' });
  execaSync('mkfifo', [join(root, 'pipe.ts')]);
  mkdirSync(join(root, 'folder.ts'));
  expect(findById(root, new Set(['store'])).moved).toEqual(new Map([['store', ['moved/store.ts']]]));
  expect(findImporters(root, new Set(['src/store.ts']), NO_ALIASES)).toEqual({
    importers: new Map(),
    unread: [],
  });
});

/** There was once a limit on the number of sources, beyond which moved files counted as deleted. */
test.runIf(isExhaustive)('the last of 60,000 sources is found', async () => {
  const root = await temporaryFolder();
  for (let folder = 0; folder < 60; folder += 1) {
    mkdirSync(join(root, `${folder}`));
    for (let file = 0; file < 1_000; file += 1) writeFileSync(join(root, `${folder}/${file}.ts`), '');
  }
  writeTree(root, { 'zzz/store.ts': source('store') });
  expect(findById(root, new Set(['store'])).moved).toEqual(new Map([['store', ['zzz/store.ts']]]));
});

const START = { commands: [], modules: 'esm', hasApp: true } as const;

test('a folder that cannot be read is named, since the missing file may be there', async () => {
  const root = writeTree(await temporaryFolder(), { 'data/app.ts': '', 'src/app.ts': '' });
  chmodSync(join(root, 'data'), 0o000);
  const found = await asNobody(root, async () => ({
    importers: findImporters(root, new Set(['src/session/index.ts']), NO_ALIASES).unread,
    moved: findById(root, new Set(['store'])).unsearched,
    app: readKoaSources(root, START).unsearched,
  }));
  chmodSync(join(root, 'data'), 0o700);
  expect(found).toEqual({ importers: ['data/'], moved: ['data/'], app: ['data/'] });
});

/** Root can read everything, so the test then runs as another user. Other users are bound by permissions anyway. */
async function asNobody<T>(root: string, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  chownSync(root, 65_534, 65_534);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test('connections of Mongoose are those of the app, and not of its tests or of generated files', async () => {
  const opened = "import mongoose from 'mongoose';\nexport const shop = mongoose.createConnection(url);\n";
  const connected = "import mongoose from 'mongoose';\nawait mongoose.connect(url);\n";
  const root = writeTree(await temporaryFolder(), {
    'src/db.ts': opened,
    'src/database.ts': source('database', connected),
    'test/set-up.ts': connected,
  });
  expect(readKoaSources(root, START).connections).toEqual([
    { path: 'src/db.ts', line: 2, name: 'shop', isDefault: false },
  ]);
});

test.each([
  { what: 'those of the app', imports: "import './db.js';\n", places: ['src/db.ts:2'] },
  { what: 'all if the app seems to have none', imports: '', places: ['scripts/seed.ts:2', 'src/db.ts:2'] },
])('databases and connections are $what', async ({ imports, places }) => {
  const opens =
    "import mongoose from 'mongoose';\nexport const it = mongoose.createConnection('', { dbName: 'a' });\n";
  const root = writeTree(await temporaryFolder(), {
    'src/app.ts': `${imports}import Koa from 'koa';\nexport const app = new Koa();\n`,
    'src/db.ts': opens,
    'scripts/seed.ts': opens,
  });
  const { databases, connections } = readKoaSources(root, START);
  expect(databases.map(placeText)).toEqual(places);
  expect(connections.map(placeText)).toEqual(places);
});

test.each([
  { command: 'node dist/index.js', loadsEnv: true },
  { command: 'nodemon --ext ts,tsx --exec ts-node src/index.ts', loadsEnv: true },
  { command: 'tsx watch src/index.ts', loadsEnv: false },
  { command: 'nodemon --exec "node -r esbuild-register" src/index.ts', loadsEnv: false },
  { command: 'swc src -d dist', loadsEnv: false },
  { command: 'babel-node -x .ts src/index.ts', loadsEnv: false },
])('$command runs an import below other lines where it is written: $loadsEnv', async (given) => {
  const root = writeTree(await temporaryFolder(), {
    'src/index.ts': "import dotenv from 'dotenv';\ndotenv.config();\nimport './app';\n",
    'src/app.ts': "import Koa from 'koa';\nexport const app = new Koa();\n",
  });
  const commands = [{ name: 'start', command: given.command, isStart: true }];
  const { loadsEnv } = readKoaSources(root, { commands, hasApp: true, modules: 'unspecified' });
  expect(loadsEnv).toBe(given.loadsEnv);
});

test.each([
  { test: "import { app } from '../src/app';\n", loadsEnv: false },
  { test: "import 'dotenv/config';\nimport { app } from '../src/app';\n", loadsEnv: true },
  { test: "import './set-up';\nimport { app } from '../src/app';\n", loadsEnv: true },
  { test: "import { app } from '../src/app';\n", script: 'mocha -r dotenv/config', loadsEnv: true },
  { test: "import { sum } from '../src/sum';\n", loadsEnv: true },
  { test: "import { app } from '../src/app';\n", start: 'tsx --env-file=.env src/index.ts', loadsEnv: false },
])('.env counts as loaded only if a test of the app loads it: $test $script', async (given) => {
  const root = writeTree(await temporaryFolder(), {
    'src/index.ts': "import 'dotenv/config';\nimport { app } from './app';\napp.listen();\n",
    'src/app.ts': "import Koa from 'koa';\nexport const app = new Koa();\n",
    'src/sum.ts': '',
    'test/set-up.ts': "import dotenv from 'dotenv';\ndotenv.config();\n",
    'test/app.test.ts': given.test,
  });
  const commands = [
    { name: 'start', command: given.start ?? 'tsx src/index.ts', isStart: true },
    { name: 'test', command: given.script ?? 'mocha', isStart: false },
  ];
  const { loadsEnv } = readKoaSources(root, { commands, hasApp: true, modules: 'unspecified' });
  expect(loadsEnv).toBe(given.loadsEnv);
});
